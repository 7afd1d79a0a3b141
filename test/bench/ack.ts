/**
 * How long a device waits for the promise that its report is durable, at the rate of 3.6 million devices that report
 * hourly. The generator is a process of its own, sends by the clock and counts from the planned time; it shares the
 * machine's cores with the collector, so reports are composed before.
 */
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Acknowledgement } from '@fleetmeter/proto';
import type { Fleet } from '../load/fleet.ts';
import type { OpenLoopResult } from '../load/open-loop.ts';
import { type PlannedReport, writePlan } from '../load/planned-reports.ts';
import { type Bench, bounded, type Figures, plain } from './bench.ts';
import { machineCpuSeconds } from './machine-cpu.ts';
import { MeasuredFleet } from './measured-fleet.ts';

const GENERATOR = join(import.meta.dirname, '../load/open-loop.ts');
/** The working day begins. */
const FIRST_HOUR = 8;
/** Kept-alive connections of the generator. */
const CONNECTIONS = 256;
const TELLING_RATE = 1_000;

export const ack: Bench = {
  name: 'ack',
  about: 'time from the planned sending of a report to its durable acknowledgement, at a steady rate',
  flags: {
    devices: { meaning: 'devices', default: 2_000 },
    executables: { meaning: 'executables of a device, on average', default: 2_000 },
    seed: { meaning: 'of the population', default: 1 },
    rate: { meaning: 'reports per second', default: 1_000 },
    seconds: { meaning: 'seconds of sending', default: 20 },
    'recompute-seconds': {
      meaning: 'seconds between recomputes, short so that some fall into the measurement',
      default: 10,
    },
  },
  smoke: { devices: 60, executables: 200, rate: 100, seconds: 2, 'recompute-seconds': 1 },
  run,
};

async function run(flags: Record<string, number>, say: (progress: string) => void): Promise<Figures> {
  const { devices = 0, executables = 0, seed = 0, rate = 0, seconds = 0 } = flags;
  const hours = Math.ceil((rate * seconds) / devices);
  const lastHour = FIRST_HOUR + hours;
  const measured = await MeasuredFleet.start(
    {
      ...{ devices, executables, seed },
      recomputeSeconds: flags['recompute-seconds'] ?? 0,
      meterHour: FIRST_HOUR,
      lastHour,
    },
    say,
  );
  try {
    await measured.introduce(FIRST_HOUR);
    const plan = planReports(measured.fleet, measured.everybody, { from: FIRST_HOUR + 1, to: lastHour });
    const file = join(measured.collector.folder, 'planned-reports');
    writeFileSync(file, writePlan(plan));
    say(`${plan.length} reports composed`);
    await measured.lap();
    const machine = machineCpuSeconds();
    const result = await generate(measured.collector.agentUrl, file, rate);
    const busy = machineCpuSeconds() - machine;
    say(
      `${plan.length} reports acknowledged after ${result.seconds.toFixed(1)} s, ${result.retries} sent again`,
    );
    const during = await measured.lap();
    const ours = (during.spent.collector + during.spent.engine) / 1000 + result.cpuSeconds;
    for (const { device, acknowledgement } of result.asking)
      await measured.fleet.obey(device, Acknowledgement.decode(Buffer.from(acknowledgement, 'base64')));
    await measured.verify();
    const latencies = result.latenciesMs.toSorted((a, b) => a - b);
    const at = (part: number): number =>
      latencies[Math.min(latencies.length - 1, Math.ceil(part * latencies.length) - 1)] as number;
    return {
      p50Ms: plain(at(0.5), 'ms'),
      p95Ms: plain(at(0.95), 'ms'),
      p99Ms: bounded(at(0.99), 'ms', 50, rate < TELLING_RATE),
      maxMs: plain(at(1), 'ms'),
      achievedRate: plain(result.sentPerSecond, 'reports / s sent'),
      acknowledgedRate: plain(plan.length / result.seconds, 'reports / s acknowledged'),
      derivations: plain(during.derivations, 'aggregates derived meanwhile'),
      collectorCores: plain(during.spent.collector / 1000 / result.seconds, 'cores'),
      engineCores: plain(during.spent.engine / 1000 / result.seconds, 'cores'),
      generatorCores: plain(result.cpuSeconds / result.seconds, 'cores'),
      coresTakenByOthers: plain(Math.max(0, busy - ours) / result.seconds, 'cores, should be near 0'),
      retries: plain(result.retries, 'reports sent again'),
    };
  } finally {
    await measured.close();
  }
}

/** Every device's report of each hour, one hour after the other, as if each had been acknowledged. */
export function planReports(
  fleet: Fleet,
  devices: readonly number[],
  hours: { from: number; to: number },
): PlannedReport[] {
  const plan: PlannedReport[] = [];
  for (let hour = hours.from; hour <= hours.to; hour++)
    for (const device of devices) plan.push({ device, envelope: fleet.composeAhead(device, hour) });
  return plan;
}

/** Sends a plan's reports by the clock, from a process of its own. `signal` ends it before all is sent: it tries for ever. */
export async function generate(
  url: string,
  file: string,
  rate: number,
  signal?: AbortSignal,
): Promise<OpenLoopResult> {
  const child = spawn(process.execPath, [GENERATOR, url, file, String(rate), String(CONNECTIONS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(signal && { signal }),
  });
  child.on('error', () => undefined);
  notToWait(child.pid);
  let text = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    text += chunk;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the generator ended with ${code}`);
  return JSON.parse(text) as OpenLoopResult;
}

/**
 * What measures stands for devices on other computers: it must not wait for the CPU of this one and take that for the
 * collector's time. A nicer niceness is not enough: whoever runs may finish its slice first, at each of its turns.
 * Without the right to that it waits like everybody.
 */
function notToWait(pid: number | undefined): void {
  if (pid !== undefined)
    spawnSync('chrt', ['--all-tasks', '--fifo', '--pid', '1', String(pid)], { stdio: 'ignore' });
}
