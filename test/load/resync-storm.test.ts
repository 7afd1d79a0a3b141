/**
 * A collector that lost everything, and a fleet that comes back to it at once, while other devices report as ever (R15):
 * all are let in at the planned rate, memory does not grow, and the others hardly notice. Figures are printed; those
 * that depend on the machine are held against the promise only in the long run of the test.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { retryLimits } from '../../agent/src/send/retry-schedule.ts';
import { generate, planReports } from '../bench/ack.ts';
import { FULL } from '../full-run.ts';
import { CollectorUnderLoad } from './collector-under-load.ts';
import { Fleet } from './fleet.ts';
import type { OpenLoopResult } from './open-loop.ts';
import { writePlan } from './planned-reports.ts';
import { playStorm } from './resync-storm.ts';

const PLAN = FULL
  ? { perSecond: 100, storm: 10_000, lost: 1_000, live: 2_000, liveRate: 100, executables: 2_000 }
  : { perSecond: 40, storm: 400, lost: 60, live: 100, liveRate: 40, executables: 200 };
const STEADY_SECONDS = FULL ? 30 : 6;
const PLANNED_SECONDS = PLAN.storm / PLAN.perSecond;
/** So fast a fleet comes back that lost its collector in one moment, at the soonest. */
const SPREAD_MS = FULL ? retryLimits(3_600).firstMs : 2_000;
const FIRST_HOUR = 8;
const WINDOW_SECONDS = 5;
/** To compose and sign a whole inventory. */
const PIECE_MS = 2;
const DAY_MS = 86_400_000;

let collector: CollectorUnderLoad;
beforeAll(async () => {
  collector = await CollectorUnderLoad.start({
    recomputeSeconds: 60,
    settings: () => ({ FLEETMETER_BASELINES_PER_SECOND: String(PLAN.perSecond) }),
  });
}, 120_000);
afterAll(() => collector.close());

test(`${PLAN.storm} devices tell everything again while ${PLAN.live} go on reporting`, async () => {
  const { live, storm, lost, liveRate, executables } = PLAN;
  const loopSeconds = { steady: STEADY_SECONDS, storm: Math.ceil(PLANNED_SECONDS * 1.15) };
  const seconds = 2 * loopSeconds.steady + loopSeconds.storm;
  const hours = Math.ceil((seconds * liveRate) / live);
  const firstDay = Math.floor(Date.now() / DAY_MS) - Math.ceil((FIRST_HOUR + hours) / 24);
  const fleet = new Fleet(collector.agentUrl, {
    ...{ seed: 1, devices: live + storm, executables, firstDay },
    ...{ meterHour: FIRST_HOUR, connections: 32, joinSecret: collector.joinSecret },
  });
  const numbers = Array.from({ length: live + storm }, (_, device) => device);
  const [living, strangers, losers] = [
    numbers.slice(0, live),
    numbers.slice(live, -lost),
    numbers.slice(-lost),
  ];
  await fleet.enrol([...living, ...losers]);
  await fleet.report(living, FIRST_HOUR);
  await collector.processed();

  const plan = planReports(fleet, living, { from: FIRST_HOUR + 1, to: FIRST_HOUR + hours });
  const take = (forSeconds: number): typeof plan => plan.splice(0, forSeconds * liveRate);
  const send = (name: string, reports: typeof plan): Promise<OpenLoopResult> => {
    const file = join(collector.folder, name);
    writeFileSync(file, writePlan(reports));
    return generate(collector.agentUrl, file, liveRate);
  };

  const memory = new MemoryWatch(collector.pids);
  const steady = await send('steady', take(loopSeconds.steady));
  const steadyMib = memory.lap();
  const reporting = send('storm', take(loopSeconds.storm));
  // Ten thousand computers, which are not this one: they take what CPU everybody else leaves (SCHED_IDLE).
  execFileSync('chrt', ['--all-tasks', '--idle', '--pid', '0', String(process.pid)]);
  const cpu = process.cpuUsage();
  const [during, outcome] = await Promise.all([
    reporting,
    playStorm({
      ...{ url: collector.agentUrl, fleet, joinSecret: collector.joinSecret, hour: FIRST_HOUR },
      ...{ strangers, lost: losers, spreadMs: SPREAD_MS, reportIntervalMs: 5_000 },
    }),
  ]);
  await collector.processed();
  const stormMib = memory.lap();
  memory.close();
  const { user, system } = process.cpuUsage(cpu);
  const clientCores = (user + system) / 1e6 / outcome.seconds;
  const occupied = occupy(clientCores);
  const beside = await send('beside', take(loopSeconds.steady)).finally(() => occupied.kill('SIGKILL'));

  const [row] = await collector.writerSql<{ n: number }>(
    'SELECT count() AS n FROM fleetmeter_facts.device_inventory FINAL',
  );
  const metric = await collector.metrics();
  const p99 = {
    steady: quantile(steady.latenciesMs, 0.99),
    beside: quantile(beside.latenciesMs, 0.99),
    storm: quantile(during.latenciesMs, 0.99),
  };
  const figures = {
    devices: storm,
    plannedSeconds: PLANNED_SECONDS,
    seconds: round(outcome.seconds),
    postponed: outcome.postponed,
    emptyReports: outcome.emptyReports,
    collectorMib: { steady: steadyMib.collector, storm: stormMib.collector },
    engineMib: { steady: steadyMib.engine, storm: stormMib.engine },
    liveP50Ms: {
      steady: round(quantile(steady.latenciesMs, 0.5)),
      storm: round(quantile(during.latenciesMs, 0.5)),
    },
    clientCores: round(clientCores),
    // 0: those that answer wait for a processor like everybody else, and the last promise is beyond them.
    realtime: metric('fleetmeter_receive_realtime'),
    liveP99Ms: { steady: round(p99.steady), beside: round(p99.beside), storm: round(p99.storm) },
    // Of each five seconds: a disk that stood still for one is seen, and does not hide the others.
    windowsP99Ms: {
      steady: windowsP99(steady.latenciesMs),
      beside: windowsP99(beside.latenciesMs),
      storm: windowsP99(during.latenciesMs),
    },
  };
  console.log('resync storm', JSON.stringify(figures));

  expect(row?.n).toBe(live + storm);
  expect(metric('fleetmeter_process_quarantined_total')).toBe(0);
  expect(metric('fleetmeter_receive_baselines_waiting')).toBe(0);
  // The bucket held them back: nobody was let in beyond the rate and what the bucket holds.
  expect(outcome.postponed).toBeGreaterThan(0);
  expect(outcome.seconds).toBeGreaterThan((storm - 2 * PLAN.perSecond - 1) / PLAN.perSecond);
  if (!FULL) return;
  expect(outcome.seconds).toBeLessThan(PLANNED_SECONDS * 1.5);
  expect(stormMib.collector).toBeLessThan(1.5 * steadyMib.collector);
  // Against the quiet machine, as promised. `beside` tells how much of it is that the clients share its processors.
  expect(p99.storm).toBeLessThan(2 * p99.steady);
}, 1_200_000);

/** Takes as much of the processors as the storm's clients did, in pieces as long as theirs, and as willing to give way. */
function occupy(cores: number): ChildProcess {
  const program = `
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    for (;;) {
      const until = performance.now() + ${PIECE_MS};
      while (performance.now() < until);
      Atomics.wait(sleeper, 0, 0, ${PIECE_MS} / ${Math.min(1, cores)} - ${PIECE_MS});
    }`;
  return spawn('chrt', ['--idle', '0', process.execPath, '-e', program], { stdio: 'ignore' });
}

/** The most resident memory of each process since the last look, in MiB. */
class MemoryWatch {
  readonly #pids: { collector: number; engine: number };
  #most = { collector: 0, engine: 0 };
  #ended = false;

  constructor(pids: { collector: number; engine: number }) {
    this.#pids = pids;
    void this.#watch();
  }

  lap(): { collector: number; engine: number } {
    const most = this.#most;
    this.#most = { collector: 0, engine: 0 };
    return most;
  }

  close(): void {
    this.#ended = true;
  }

  async #watch(): Promise<void> {
    while (!this.#ended) {
      for (const name of ['collector', 'engine'] as const)
        this.#most[name] = Math.max(this.#most[name], residentMib(this.#pids[name]));
      await sleep(250);
    }
  }
}

function residentMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kib ?? 0) / 1024);
}

function windowsP99(latenciesMs: readonly number[]): number[] {
  const size = PLAN.liveRate * WINDOW_SECONDS;
  return Array.from({ length: Math.ceil(latenciesMs.length / size) }, (_, at) =>
    Math.round(quantile(latenciesMs.slice(at * size, (at + 1) * size), 0.99)),
  );
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] as number;
}

const round = (value: number): number => Math.round(value * 10) / 10;
