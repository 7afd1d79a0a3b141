/** CPU time of processes from the operating system's accounting, which noise of other processes does not touch. */
import { readFileSync } from 'node:fs';

/** USER_HZ; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Seconds of user and system time of a live process with all its threads, without its children. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold anything; fields are counted behind it. proc(5): utime is 14, stime is 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Seconds of user and system time of all children of this process that have ended and were waited for. */
export function childrenCpuSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // As above: cutime is 16, cstime is 17.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** Seconds spent by each of these named processes since the meter was made or last read. */
export class CpuMeter<Name extends string> {
  readonly #pids: Record<Name, number>;
  #before: Record<Name, number>;

  constructor(pids: Record<Name, number>) {
    this.#pids = pids;
    this.#before = this.#read();
  }

  lap(): Record<Name, number> {
    const now = this.#read();
    const spent = Object.fromEntries(
      (Object.keys(now) as Name[]).map((name) => [name, now[name] - this.#before[name]]),
    ) as Record<Name, number>;
    this.#before = now;
    return spent;
  }

  #read(): Record<Name, number> {
    return Object.fromEntries(
      (Object.entries(this.#pids) as [Name, number][]).map(([name, pid]) => [name, cpuSeconds(pid)]),
    ) as Record<Name, number>;
  }
}
