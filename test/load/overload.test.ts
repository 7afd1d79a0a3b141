/**
 * Five times what the collector can take (R25): who is refused is told when to come again, as much is acknowledged as
 * without the flood, and memory stays where it is. The flood shares the machine's cores with the collector, so what
 * is acknowledged is counted for each second of the collector's own CPU too: that figure does not depend on who else is busy.
 */

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planReports } from '../bench/ack.ts';
import { CpuMeter } from '../bench/process-cpu.ts';
import { FULL } from '../full-run.ts';
import { CollectorUnderLoad } from './collector-under-load.ts';
import { Fleet } from './fleet.ts';
import type { FloodResult } from './flood.ts';
import { writePlan } from './planned-reports.ts';

const DEVICES = FULL ? 4_000 : 2_400;
/** As many as keep the collector busy all the time, and none of them waits for long. */
const SATURATING_CONNECTIONS = 128;
const HOURS = FULL ? 24 : 1;
const STRETCHES = ['warm-up', 'before', 'after', 'calm'] as const;
/** In full so long that what comes once a minute falls into it, as it does into the flood. */
const MEASURED_SECONDS = FULL ? 75 : 6;
const FLOOD_SECONDS = FULL ? 600 : 12;
const WARM_UP_SECONDS = FULL ? 120 : 4;
const TIMES = 5;
/** So that it is five times also when the machine was busier while the capacity was looked for. */
const SENT_TIMES = 8;
/** Of each of the stretches that show the capacity: as many reports a second are new in it as in the flood, and cost more than the others. */
const CAPACITY_HOURS = Math.round(
  (((DEVICES - SATURATING_CONNECTIONS) * HOURS) / FLOOD_SECONDS) *
    (MEASURED_SECONDS / SATURATING_CONNECTIONS),
);
const FIRST_HOUR = 8;
const DAY_MS = 86_400_000;

let collector: CollectorUnderLoad;
beforeAll(async () => {
  collector = await CollectorUnderLoad.start({ recomputeSeconds: 60 });
}, 120_000);
afterAll(() => collector.close());

test(`${TIMES} times the capacity for ${FLOOD_SECONDS} s`, async () => {
  const hoursTold = Math.max(HOURS, STRETCHES.length * CAPACITY_HOURS);
  const fleet = new Fleet(collector.agentUrl, {
    ...{ seed: 1, devices: DEVICES, executables: 20, connections: 64, meterHour: FIRST_HOUR },
    firstDay: Math.floor(Date.now() / DAY_MS) - Math.ceil((FIRST_HOUR + hoursTold) / 24),
    joinSecret: collector.joinSecret,
  });
  const devices = Array.from({ length: DEVICES }, (_, device) => device);
  await fleet.enrol(devices);
  await fleet.report(devices, FIRST_HOUR);
  // The devices that show the capacity are others than those of the flood.
  const [first, others] = [devices.slice(0, SATURATING_CONNECTIONS), devices.slice(SATURATING_CONNECTIONS)];
  const planned = (name: string, who: readonly number[], from: number, hours: number): string => {
    const file = join(collector.folder, name);
    writeFileSync(file, writePlan(planReports(fleet, who, { from: from + 1, to: from + hours })));
    return file;
  };
  const [warm, early, late, fresh] = STRETCHES.map((name, index) =>
    planned(name, first, FIRST_HOUR + index * CAPACITY_HOURS, CAPACITY_HOURS),
  ) as [string, string, string, string];
  const file = planned('flood', others, FIRST_HOUR, HOURS);
  await fleet.close();
  await collector.processed();

  const saturate = (plan: string, seconds: number): Promise<MeasuredFlood> =>
    flood(plan, { connections: SATURATING_CONNECTIONS, rate: 0, seconds });
  await saturate(warm, WARM_UP_SECONDS);
  const before = await saturate(early, MEASURED_SECONDS);
  const resident = watchResident(collector.pids.collector);
  const rate = Math.ceil(SENT_TIMES * before.perSecond);
  const flooded = await flood(file, { connections: DEVICES, rate, seconds: FLOOD_SECONDS });
  const memory = resident.end(WARM_UP_SECONDS);
  const metric = await collector.metrics();
  // Code gets faster while it runs, and the machine is not ours alone: the better of both is the capacity.
  const after = await saturate(late, MEASURED_SECONDS);
  const capacity = {
    perSecond: Math.max(before.perSecond, after.perSecond),
    perCpuSecond: Math.max(before.perCpuSecond, after.perCpuSecond),
    p99Ms: Math.max(before.p99Ms, after.p99Ms),
  };
  const refused = Object.values(flooded.refused).reduce((sum, count) => sum + count, 0);
  console.log(
    'overload',
    JSON.stringify({
      seconds: FLOOD_SECONDS,
      capacity: {
        perSecond: round(capacity.perSecond),
        perCpuSecond: round(capacity.perCpuSecond),
        p99Ms: round(capacity.p99Ms),
        newPercent: [before, after].map(newPercent),
      },
      flood: {
        duePerSecond: round(flooded.due / flooded.seconds),
        askedPerSecond: round(flooded.sent / flooded.seconds),
        perSecond: round(flooded.perSecond),
        perCpuSecond: round(flooded.perCpuSecond),
        newPercent: newPercent(flooded),
        floodCpuPerSecond: round(flooded.cpuSeconds / flooded.seconds),
        refused: flooded.refused,
        p50Ms: round(flooded.p50Ms),
        p99Ms: round(flooded.p99Ms),
        broken: flooded.broken,
      },
      times: round(flooded.due / flooded.seconds / capacity.perSecond),
      goodput: round(flooded.perSecond / capacity.perSecond),
      goodputPerCpu: round(flooded.perCpuSecond / capacity.perCpuSecond),
      residentMib: memory,
    }),
  );

  // All of it was an overload, and everybody who was refused was told so in words, with a time.
  expect(Object.keys(flooded.refused)).toEqual(['503']);
  expect(flooded.bare).toBe(0);
  expect(flooded.broken).toBe(0);
  // How many depends on what is left of the machine for whoever floods.
  expect(refused).toBeGreaterThan(0);
  expect(metric('fleetmeter_receive_refusals_total')).toBeGreaterThanOrEqual(refused);
  // Refusing costs CPU too.
  expect(flooded.perCpuSecond).toBeGreaterThan((FULL ? 0.9 : 0.8) * capacity.perCpuSecond);
  // It is as willing as before once the flood is over.
  const calm = await flood(fresh, { connections: 16, rate: 100, seconds: 2 });
  expect(calm.refused).toEqual({});
  await collector.processed();
  expect((await collector.metrics())('fleetmeter_process_quarantined_total')).toBe(0);
  if (!FULL) return;
  expect(flooded.due / flooded.seconds).toBeGreaterThan(TIMES * capacity.perSecond);
  expect(flooded.perSecond).toBeGreaterThan(0.9 * capacity.perSecond);
  expect(memory.slopePerMinute).toBeLessThanOrEqual(1);
}, 1_500_000);

interface MeasuredFlood extends FloodResult {
  perSecond: number;
  /** Acknowledged for each second of the collector's CPU. */
  perCpuSecond: number;
}

async function flood(
  file: string,
  { connections, rate, seconds }: { connections: number; rate: number; seconds: number },
): Promise<MeasuredFlood> {
  const url = new URL(collector.agentUrl);
  const meter = new CpuMeter({ collector: collector.pids.collector });
  const program = join(import.meta.dirname, 'flood.ts');
  const given = [url.host, file, connections, rate, seconds].map(String);
  const child = spawn(process.execPath, [program, ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (piece) => {
    text += piece;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the flood ended with ${code}`);
  const cpu = meter.lap().collector;
  const result = JSON.parse(text) as FloodResult;
  const good = result.acknowledged + result.repeated;
  return { ...result, perSecond: good / result.seconds, perCpuSecond: good / cpu };
}

/** What had not been said before: it costs more than what is only acknowledged again. */
const newPercent = ({ acknowledged, repeated }: FloodResult): number =>
  Math.round((100 * acknowledged) / (acknowledged + repeated));

/** Of each so many seconds the least resident memory counts: the rest waits for the next collection of garbage. */
const LEAST_OF_SECONDS = 20;

/** Resident memory once a second, and how fast it rises after the warm-up: least squares, MiB a minute. */
function watchResident(pid: number) {
  const seen: { minute: number; mib: number }[] = [];
  const began = performance.now();
  let ended = false;
  const look = async (): Promise<void> => {
    while (!ended) {
      const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      seen.push({ minute: (performance.now() - began) / 60_000, mib: Number(kib) / 1024 });
      await sleep(1000);
    }
  };
  void look();
  return {
    end(warmUpSeconds: number) {
      ended = true;
      const after = seen.filter(({ minute }) => minute * 60 >= warmUpSeconds);
      const windows = Map.groupBy(after, ({ minute }) => Math.floor((minute * 60) / LEAST_OF_SECONDS));
      const least = [...windows.values()].map((few) =>
        few.reduce((low, each) => (each.mib < low.mib ? each : low)),
      );
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      const slope = (points: typeof seen): number => {
        const [x, y] = [mean(points.map(({ minute }) => minute)), mean(points.map(({ mib }) => mib))];
        return (
          points.reduce((sum, { minute, mib }) => sum + (minute - x) * (mib - y), 0) /
          points.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0)
        );
      };
      return {
        most: Math.round(Math.max(...seen.map(({ mib }) => mib))),
        mean: Math.round(mean(after.map(({ mib }) => mib))),
        slopePerMinute: round(slope(least)),
        slopeOfAllPerMinute: round(slope(after)),
      };
    },
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;
