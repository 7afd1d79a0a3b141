/** Looks at folders that nothing watches, every few minutes: what came into them since the last look is found here. */
import type { FinderParts } from './finder-parts.ts';
import type { LookReply } from './folder-list-worker.ts';
import { outermostPaths } from './is-within.ts';
import type { QuietFolders } from './quiet-folders.ts';
import type { ScanCycle } from './scan-cycle.ts';

const QUIET_LOOK_MS = 300_000;
/** Quiet folders in one request. */
const LOOK_BATCH = 1_000;

/** Until the parts are closed. Never rejects. */
export async function lookAgainAndAgain(
  parts: FinderParts,
  cycle: ScanCycle,
  onFailure: (error: unknown) => void,
): Promise<void> {
  const { signal } = parts.abort;
  while (!signal.aborted) {
    await parts.clock.sleep(parts.options.quietLookMs ?? QUIET_LOOK_MS, signal);
    await cycle.inTurn(() => lookAtQuietFolders(parts, cycle)).catch(onFailure);
  }
}

async function lookAtQuietFolders(parts: FinderParts, cycle: ScanCycle): Promise<void> {
  if (!parts.watcher || parts.isClosed) return;
  const moments = cycle.momentsOfChange();
  cycle.noteLook();
  parts.readMounts();
  const { mounts } = parts;
  const { touched, replaced } = await lookAtQuiet(parts, parts.watcher.quiet, moments.sinceMs);
  // What was mounted over a folder is another folder in its place.
  const anew = outermostPaths(replaced).filter((folder) => !mounts.excludesMountAt(folder));
  await cycle.newRun().scanSome(anew, moments);
  await cycle.newRun().scanTouched(touched, moments);
}

/** All of them, some at a time, so that no message to the thread is large. Rejects when the lister is closed. */
async function lookAtQuiet(
  { lister, mounts }: Pick<FinderParts, 'lister' | 'mounts'>,
  folders: QuietFolders,
  sinceMs: number,
): Promise<LookReply> {
  const all: LookReply = { touched: [], replaced: [] };
  for (const batch of folders.batches(LOOK_BATCH)) {
    // A dead server would be waited for.
    const local = batch.filter(({ path }) => !mounts.excludes(path));
    const { touched, replaced } = await lister.look(local, sinceMs);
    all.touched.push(...touched);
    all.replaced.push(...replaced);
  }
  return all;
}
