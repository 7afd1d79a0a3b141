/** CPU that collector and engine take while nothing happens: what waiting costs is no cost of a report. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CpuMeter } from '../bench/process-cpu.ts';

/** CPU milliseconds of each process in a second of wall time, measured over `seconds` of silence. */
export async function quietCost<Name extends string>(
  pids: Record<Name, number>,
  seconds: number,
): Promise<Record<Name, number>> {
  const meter = new CpuMeter(pids);
  await sleep(seconds * 1000);
  const spent = meter.lap();
  return Object.fromEntries(
    Object.entries<number>(spent).map(([name, cpu]) => [name, (cpu * 1000) / seconds]),
  ) as Record<Name, number>;
}
