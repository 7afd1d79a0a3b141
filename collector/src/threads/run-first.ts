/**
 * Whoever answers a device runs before everybody else. Niceness is not enough for that (test/load/resync-storm): it says who
 * gets how much, and a thread that wakes may have to let an ordinary one that runs go on until the next tick of the clock,
 * however nice that is. An answer needs several threads one after the other, each woken by the one before.
 *
 * A real-time thread runs at once, and the system leaves the others at least a twentieth. Linux allows it to root, and to
 * whom RLIMIT_RTPRIO allows it: packaging/systemd sets that. Node cannot ask for it itself; `chrt` comes with the system.
 */
import { execFile } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { promisify } from 'node:util';

/** The lowest there is. */
const PRIORITY = '1';
const PATIENCE_MS = 5_000;

/**
 * Of the thread that calls this; threads that it makes later do not inherit it. Resolves with whether the system allowed
 * it. On one processor it is not asked for: processing would have to live on what is left.
 */
export async function runFirst(): Promise<boolean> {
  if (process.platform !== 'linux' || availableParallelism() < 2) return false;
  try {
    const thread = basename(readlinkSync('/proc/thread-self'));
    const wanted = ['--reset-on-fork', '--rr', '--pid', PRIORITY, thread];
    await promisify(execFile)('chrt', wanted, { timeout: PATIENCE_MS });
    return true;
  } catch {
    return false;
  }
}
