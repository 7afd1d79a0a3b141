/**
 * What the kernel holds the engine process to: how much memory it may take, that it is ended before the collector, and that
 * it runs after it.
 *
 * Its memory is bounded as a whole (RLIMIT_DATA). The engine counts the
 * memory of a query only where its own allocator is asked; some functions ask elsewhere, and one statement of
 * theirs took 23 GB. Beyond this bound an allocation fails: the statement fails with it, or in the worst case the
 * process ends and is started again.
 */
import { totalmem } from 'node:os';

const gib = 1024 ** 3;
const mib = 1024 ** 2;

/**
 * What the limit counts beside memory in use: stacks and reserved heaps of an idle engine (1,009 MB counted at
 * 326 MB resident, 39 threads).
 */
const reservedBytes = gib;

/** Three fifths of what this machine (or control group) has, and never less than 2 GiB. */
export function defaultEngineMemoryMib(): number {
  const bounded = process.constrainedMemory();
  const available = bounded > 0 ? Math.min(bounded, totalmem()) : totalmem();
  return Math.floor(Math.max(2 * gib, available * 0.6) / mib);
}

/**
 * When the machine runs out of memory all the same, the kernel ends the engine and not what acknowledges reports. Set
 * here, since in its jail the engine cannot; where it cannot be set, nothing depends on it.
 */
const OFFERED_FIRST = '{ echo 500 > /proc/self/oom_score_adj; } 2>/dev/null';

/**
 * Devices wait for acknowledgements, which the collector's own threads give; nobody waits that hard for the engine. On
 * Linux each thread has a niceness of its own, that of the thread which made it, so it has to be set before there are
 * any. Readers' threads go further.
 */
const YIELDS_THE_PROCESSOR = '{ renice -n 10 -p $$; } >/dev/null 2>&1';

/** Threads of the collector may run before all others (threads/run-first.ts); what runs other people's SQL may not. */
const NEVER_REAL_TIME = '{ ulimit -r 0; } 2>/dev/null';

/** The same command, held to all that. A shell sets it, since Node cannot; it keeps the process id. */
export function underKernelBounds(
  command: readonly string[],
  memoryMib: number,
): { file: string; args: string[] } {
  const [file = '', ...args] = command;
  if (process.platform !== 'linux') return { file, args };
  return {
    file: '/bin/sh',
    args: [
      '-c',
      `${OFFERED_FIRST}; ${YIELDS_THE_PROCESSOR}; ${NEVER_REAL_TIME}; ulimit -d "$0"; exec "$@"`,
      String(limitKib(memoryMib)),
      ...command,
    ],
  };
}

const limitKib = (memoryMib: number) => Math.ceil((memoryMib * mib + reservedBytes) / 1024);
