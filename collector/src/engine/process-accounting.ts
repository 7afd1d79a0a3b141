/** CPU time and memory of another process, as the operating system accounts them. */
import { readFileSync } from 'node:fs';

/** USER_HZ; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/**
 * Seconds of user and system time of a live process with all its threads, without its children, in steps of
 * 0.01. Undefined when there is no such process, or no such accounting on this system.
 */
export function processCpuSeconds(pid: number): number | undefined {
  return cpuSecondsOf(`/proc/${pid}/stat`);
}

/** The same of its first thread alone: in a Node process the one that runs the event loop. */
export function mainThreadCpuSeconds(pid: number): number | undefined {
  return cpuSecondsOf(`/proc/${pid}/task/${pid}/stat`);
}

function cpuSecondsOf(file: string): number | undefined {
  try {
    const stat = readFileSync(file, 'utf8');
    // The name in brackets may hold anything; fields are counted behind it. proc(5): utime is 14, stime is 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

/** Resident bytes of a live process; undefined when there is none, or no such accounting on this system. */
export function processResidentBytes(pid: number): number | undefined {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}
