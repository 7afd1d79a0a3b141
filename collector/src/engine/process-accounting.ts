/** CPU time and memory of another process, as the operating system accounts them. */
import { readFileSync } from 'node:fs';

/** USER_HZ; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/**
 * Seconds of user and system time of a live process with all its threads, without its children, in steps of
 * 0.01. Undefined when there is no such process, or no such accounting on this system.
 */
export function processCpuSeconds(pid: number): number | undefined {
  return readStat(`/proc/${pid}/stat`)?.cpuSeconds;
}

export interface ThreadAccount {
  cpuSeconds: number;
  /** By SIGSTOP or the like, until somebody lets it go on. */
  stopped: boolean;
}

/** The first thread of a live process alone: in a Node process the one that runs the event loop. */
export function mainThreadAccount(pid: number): ThreadAccount | undefined {
  return readStat(`/proc/${pid}/task/${pid}/stat`);
}

function readStat(file: string): ThreadAccount | undefined {
  try {
    const stat = readFileSync(file, 'utf8');
    // The name in brackets may hold anything; fields are counted behind it. proc(5): state is 3, utime 14, stime 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      stopped: fields[0] === 'T',
    };
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
