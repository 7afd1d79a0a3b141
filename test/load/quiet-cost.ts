/** CPU that collector and engine take while nothing happens, and for being watched: neither is the cost of a report. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CpuMeter } from '../bench/process-cpu.ts';

/** Looks, and how long each lasts. A process that has just started is still busy with itself during the first. */
const LOOKS = 3;
const LOOK_SECONDS = 1;

/** Enough of the same question for the accounting's ticks of 10 ms. */
const QUESTIONS = 100;

/** CPU milliseconds of each process that one question of the observer costs. */
export async function questionCost<Name extends string>(
  pids: Record<Name, number>,
  ask: () => Promise<unknown>,
): Promise<Record<Name, number>> {
  const meter = new CpuMeter(pids);
  for (let asked = 0; asked < QUESTIONS; asked++) await ask();
  const spent = meter.lap();
  return Object.fromEntries(
    (Object.keys(pids) as Name[]).map((name) => [name, (1000 * spent[name]) / QUESTIONS]),
  ) as Record<Name, number>;
}

/** CPU milliseconds of each process in a second of wall time: the quietest look, so that too little is taken off. */
export async function quietCost<Name extends string>(
  pids: Record<Name, number>,
): Promise<Record<Name, number>> {
  const meter = new CpuMeter(pids);
  const looks: Record<Name, number>[] = [];
  for (let look = 0; look < LOOKS; look++) {
    await sleep(LOOK_SECONDS * 1000);
    looks.push(meter.lap());
  }
  return Object.fromEntries(
    (Object.keys(pids) as Name[]).map((name) => [
      name,
      (1000 * Math.min(...looks.map((spent) => spent[name]))) / LOOK_SECONDS,
    ]),
  ) as Record<Name, number>;
}
