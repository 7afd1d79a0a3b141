/** CPU time of a process together with its children, those that have ended included. */
import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, see process-cpu.ts. */
const TICKS_PER_SECOND = 100;

/** Seconds of the live process, its direct live children, and everything that they waited for. */
export function treeCpuSeconds(pid: number): number {
  let ticks = 0;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = statOf(entry);
    // proc(5), counted behind the name: ppid is 1, utime to cstime are 11 to 14.
    if (stat && (entry === String(pid) || stat[1] === String(pid)))
      ticks += stat.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  }
  return ticks / TICKS_PER_SECOND;
}

/** Undefined when the process ended meanwhile: its parent has then waited for it, or will. */
function statOf(pid: string): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
