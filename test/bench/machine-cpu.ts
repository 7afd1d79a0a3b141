/** CPU time of the whole machine, to tell what others took while something was measured by the clock. */
import { cpus } from 'node:os';

/** Seconds that all cores together were busy since the machine started. */
export function machineCpuSeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}
