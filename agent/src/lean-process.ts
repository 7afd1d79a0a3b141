/**
 * Makes a small process of this one, before it has done anything: it is started anew in its own place (same process id,
 * same open files) with settings that count only from the very start.
 *
 * - The C library's: one arena for all threads, free memory goes back soon, and what is larger than 32 KiB lies apart, so that
 *   it goes back whatever was taken after it. Read before the first line of ours.
 * - V8's: a small nursery, and an old space that grows by a fifth and not to the double. Most of what a scan makes is
 *   garbage within milliseconds, and a heap that has once grown is never quite given back.
 * - V8's second optimising compiler stays unused: it brings 5 MiB of the runtime's file into memory, and what the agent
 *   does for long is done by native code. A scan takes less CPU without it.
 * - Compiled code is kept for each set of V8's settings (see bin/fleetmeter-agent.mjs). So the first process with these finds
 *   none, after an installation or an upgrade, and has the translator of TypeScript in it; it compiles the rest, keeps
 *   it, and is started anew once more.
 *
 * `npm run bench -- agent-memory` measures what it brings. A supervisor could set all of it, but then it would hold only
 * under that supervisor. Where a process cannot be replaced (Windows) the agent goes on as it is.
 */
import { flushCompileCache, getCompileCacheDir } from 'node:module';

/** Names the process that was started anew, and how often. Its children have another id, so that they are not taken for it. */
const MARK = 'FLEETMETER_LEAN_PROCESS';
/** Where nothing can be kept the second start finds no more than the first. */
const MOST_STARTS = 2;
/** As the runtime names the translator among what it has loaded. */
export const TRANSLATOR = 'NativeModule internal/deps/amaro/dist/index';
const RUNTIME_FLAGS = [
  '--max-semi-space-size=1',
  '--optimize-for-size',
  '--heap-growing-percent=20',
  '--v8-pool-size=1',
  '--no-turbofan',
];
const ENVIRONMENT = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '65536',
  MALLOC_MMAP_THRESHOLD_: '32768',
};
/** Not loaded by the agent's main thread, or not at once, and yet to be found compiled. */
export const LOADED_LATER: readonly string[] = [
  './evidence/bundle/info-plist.ts',
  './evidence/mach-o/describe-mach-o.ts',
  './evidence/pe.ts',
  './hash/hash-worker.ts',
  './watch/folder-list-worker.ts',
];

/** Comes back only in a process that is as small as it can be made. */
export async function becomeLean(): Promise<void> {
  const [pid, starts = 0] = (process.env[MARK] ?? '').split(' ').map(Number);
  delete process.env[MARK];
  const startsOfThis = pid === process.pid ? starts : 0;
  if (startsOfThis === 0) startAnew(1);
  else if (startsOfThis < MOST_STARTS && getCompileCacheDir() && hasTranslator()) {
    // Bodies of threads refuse to run here, but are compiled by then.
    for (const module of LOADED_LATER) await import(module).catch(() => undefined);
    flushCompileCache();
    startAnew(startsOfThis + 1);
  }
}

function hasTranslator(): boolean {
  const { moduleLoadList = [] } = process as { moduleLoadList?: readonly string[] };
  return moduleLoadList.includes(TRANSLATOR);
}

/** Comes back only where it cannot be done. */
function startAnew(starts: number): void {
  if (!process.execve || process.platform === 'win32') return;
  const [program, ...args] = process.argv as [string, ...string[]];
  const flags = RUNTIME_FLAGS.filter((flag) => !process.execArgv.includes(flag));
  process.execve(process.execPath, [program, ...process.execArgv, ...flags, ...args], {
    ...process.env,
    ...ENVIRONMENT,
    [MARK]: `${process.pid} ${starts}`,
  });
}
