/**
 * Names of the bundles that files lie in, from the nearest Info.plist around each. A plist is read again when it has
 * changed. Opened like any file that anybody may have put there: a regular file only, and behind no link.
 */
import { type FileHandle, lstat } from 'node:fs/promises';
import { openRegularFileAside } from '../../hash/regular-file.ts';
import { identityOf, sameIdentity } from '../../watch/file-identity.ts';
import type { FileIdentity } from '../../watch/found-file.ts';
import { LimitNote } from '../limit-note.ts';
import { infoPlistPlaces, isInBundle } from './bundle-place.ts';
import type { BundleInfo } from './info-plist.ts';

/** The largest known ones have 200 kB. */
export const MOST_PLIST_BYTES = 1_048_576;
/** A computer has a few thousand bundles; the plists read longest ago are forgotten and read again. */
const MOST_REMEMBERED = 10_000;

/** 'failed': there is a plist and it cannot be read now, so what was known before still holds. */
export type Bundle = BundleInfo | undefined | 'failed';

interface Remembered {
  identity: FileIdentity;
  /** undefined: too large, or it makes no sense. */
  info: BundleInfo | undefined;
  /** Some of its names are beyond a limit. */
  limitReached: boolean;
}

export class EnclosingBundles {
  readonly #remembered = new Map<string, Remembered>();
  readonly #failed = new Set<string>();

  /**
   * Info.plist files that cannot be used as a whole: unreadable, larger than 1 MiB, no property list with a name in it,
   * or with a name or a number of keys that is beyond a limit.
   */
  get unusable(): number {
    let unusable = this.#failed.size;
    for (const { info, limitReached } of this.#remembered.values())
      if (info === undefined || limitReached) unusable++;
    return unusable;
  }

  /** undefined: it lies in no bundle, or in one whose Info.plist says nothing. Never rejects. */
  async around(path: string): Promise<Bundle> {
    if (!isInBundle(path)) return undefined;
    for (const place of infoPlistPlaces(path)) {
      const state = await stateOf(place);
      if (state === 'absent') {
        this.#failed.delete(place);
        this.#remembered.delete(place);
        continue;
      }
      return state === 'failed' ? this.#fail(place) : this.#info(place, state);
    }
    return undefined;
  }

  async #info(place: string, state: FileIdentity): Promise<Bundle> {
    const remembered = this.#remembered.get(place);
    if (remembered && sameIdentity(remembered.identity, state)) return remembered.info;
    const limits = new LimitNote();
    const info = await infoIn(place, state, limits).catch(() => 'failed' as const);
    if (info === 'failed') return this.#fail(place);
    this.#failed.delete(place);
    this.#remembered.delete(place);
    this.#remembered.set(place, { identity: state, info, limitReached: limits.reached });
    forgetOldest(this.#remembered);
    return info;
  }

  #fail(place: string): 'failed' {
    this.#remembered.delete(place);
    this.#failed.add(place);
    forgetOldest(this.#failed);
    return 'failed';
  }
}

async function stateOf(place: string): Promise<FileIdentity | 'absent' | 'failed'> {
  try {
    const stats = await lstat(place, { bigint: true });
    return stats.isFile() ? identityOf(stats) : 'absent';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' ? 'absent' : 'failed';
  }
}

async function infoIn(place: string, state: FileIdentity, limits: LimitNote): Promise<Bundle> {
  if (state.size > MOST_PLIST_BYTES) return undefined;
  const handle = await openRegularFileAside(place, {
    // Behind a folder that was swapped for a link lies the plist of another bundle.
    isWanted: (_, realPath) => realPath === undefined || realPath === place,
  });
  if (typeof handle === 'string') return 'failed';
  try {
    const bytes = await wholeIn(handle, state);
    if (!bytes) return 'failed';
    // Few computers have bundles, so the readers are loaded when there is one.
    const { infoOf } = await import('./info-plist.ts');
    return infoOf(bytes, limits);
  } finally {
    await handle.close();
  }
}

/** undefined: it is another file than a moment ago, or somebody writes to it. */
async function wholeIn(handle: FileHandle, state: FileIdentity): Promise<Uint8Array | undefined> {
  if (!sameIdentity(identityOf(await handle.stat({ bigint: true })), state)) return undefined;
  const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(state.size), position: 0 });
  const after = identityOf(await handle.stat({ bigint: true }));
  return bytesRead === state.size && sameIdentity(after, state) ? buffer : undefined;
}

function forgetOldest(remembered: Pick<Map<string, unknown>, 'size' | 'keys' | 'delete'>): void {
  if (remembered.size <= MOST_REMEMBERED) return;
  for (const oldest of remembered.keys()) {
    remembered.delete(oldest);
    return;
  }
}
