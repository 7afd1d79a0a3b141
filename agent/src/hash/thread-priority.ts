/**
 * The priority of one thread. On Linux each has one of its own under its thread id, and the kernel derives the priority of its reading
 * from it as long as nobody sets another one: the lowest of the class "best effort" at 19 (ioprio_set(2)). The class "idle" cannot
 * be asked for from here, since there is a system call for it and no file; a service manager can give it to the whole agent.
 * Elsewhere a thread stays as it is.
 */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** 0 (normal) to 19 (lowest), of the thread that calls. */
export function setThreadPriority(niceness: number): void {
  if (niceness === 0 || process.platform !== 'linux') return;
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), niceness);
  } catch {
    // Politeness only; the work goes on at normal priority.
  }
}
