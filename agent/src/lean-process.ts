/**
 * Makes a small process of this one, before it has done anything: it is started anew in its own place (same process id,
 * same open files) with settings that count only from the very start.
 *
 * - The C library's: one arena for all threads, and free memory goes back soon. Read before the first line of ours.
 * - V8's: a small nursery, and an old space that grows by a fifth and not to the double. Most of what a scan makes is
 *   garbage within milliseconds, and a heap that has once grown is never quite given back.
 * - What is compiled by now is kept (see bin/fleetmeter-agent.mjs), so that the new process needs no translator.
 *
 * `npm run bench -- agent-memory` measures what it brings. A supervisor could set all of it, but then it would hold only
 * under that supervisor. Where a process cannot be replaced (Windows) the agent goes on as it is.
 */
import { flushCompileCache } from 'node:module';

/** Names the process that was started anew. Its children have another id, so that they are not taken for it. */
const MARK = 'FLEETMETER_LEAN_PROCESS';
const RUNTIME_FLAGS = [
  '--max-semi-space-size=1',
  '--optimize-for-size',
  '--heap-growing-percent=20',
  '--v8-pool-size=1',
];
const ENVIRONMENT = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536' };
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
  const isLean = process.env[MARK] === String(process.pid);
  delete process.env[MARK];
  if (isLean || !process.execve || process.platform === 'win32') return;
  // Bodies of threads refuse to run here, but are compiled by then.
  for (const module of LOADED_LATER) await import(module).catch(() => undefined);
  flushCompileCache();
  const [program, ...args] = process.argv as [string, ...string[]];
  process.execve(process.execPath, [program, ...process.execArgv, ...RUNTIME_FLAGS, ...args], {
    ...process.env,
    ...ENVIRONMENT,
    [MARK]: String(process.pid),
  });
}
