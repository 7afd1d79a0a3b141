/**
 * One device that does to its own data whatever it can (I5), over many connections and without a pause: the caps hold,
 * it is slowed down, and the others' acknowledgements take no longer. Quiet and poisoned stretches alternate, so that what
 * else the machine does meanwhile falls on both; the ratio is printed, and held against the promise in the long run.
 */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestAdd, digestSumBytes, EMPTY_DIGEST, encodeIdList } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generate } from '../bench/ack.ts';
import { ScriptedDevice } from '../end-to-end/scripted-device.ts';
import { FULL } from '../full-run.ts';
import { CollectorUnderLoad } from './collector-under-load.ts';
import { craftedRecord, craftedUsage } from './crafted-usage.ts';
import type { FloodResult } from './flood.ts';
import { writePlan } from './planned-reports.ts';
import { reportingFleet } from './reporting-fleet.ts';

const LIVE = 100;
const RATE = 50;
const ROUNDS = FULL ? 8 : 2;
const STRETCH_SECONDS = FULL ? 15 : 4;
const POISON_CONNECTIONS = 16;
const FIRST_HOUR = 8;
const DAY_MS = 86_400_000;
/** The default. */
const PER_SECOND = 10;

let collector: CollectorUnderLoad;
beforeAll(async () => {
  collector = await CollectorUnderLoad.start({
    recomputeSeconds: 60,
    settings: () => ({ FLEETMETER_DEVICE_MESSAGES_PER_SECOND: String(PER_SECOND) }),
  });
}, 120_000);
afterAll(() => collector.close());

/** As bad as its caps let it be: thousands of ids that nobody has, use of every day, absurd values, and bad ones. */
function poison(device: ScriptedDevice): Uint8Array[] {
  const today = Math.floor(Date.now() / DAY_MS);
  const ids = Array.from({ length: 5_000 }, (_, n) =>
    createHash('sha256').update(`poison ${n}`).digest('hex').slice(0, 16),
  ).sort();
  const digest = ids.reduce((sum) => digestAdd(sum, new Uint8Array(16).fill(3)), EMPTY_DIGEST);
  const digestAfter = { count: digest.count, sum: digestSumBytes(digest) };
  const huge = { inventory: { baseline: true, presentIds: encodeIdList(ids) }, digestAfter };
  const days = Array.from({ length: 400 }, (_, index) => craftedRecord(today - index, ids[index] as string));
  const absurd = [2 ** 53, -1, 90_000].map((seconds) => ({
    ...craftedRecord(today, ids[0] as string),
    seconds,
  }));
  return [
    device.report({ sequence: 1, ...huge, usage: craftedUsage(days) }),
    device.report({
      sequence: 2,
      ...huge,
      usage: craftedUsage([...absurd, craftedRecord(today + 3_000, ids[1] as string)]),
    }),
    device.report({ sequence: 4_294_967_295, ...huge }),
    device.report({ sequence: 3, inventory: { baseline: true, presentIds: Buffer.alloc(999_992) } }),
  ];
}

async function poisoning(plan: string, seconds: number): Promise<FloodResult> {
  const given = [new URL(collector.agentUrl).host, plan, POISON_CONNECTIONS, 0, seconds].map(String);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'flood.ts'), ...given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (piece) => {
    text += piece;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the poisoner ended with ${code}`);
  return JSON.parse(text) as FloodResult;
}

test(`a device that poisons its own data over ${POISON_CONNECTIONS} connections is nobody else's matter`, async () => {
  const stretches = 2 * ROUNDS;
  const hours = Math.ceil((stretches * STRETCH_SECONDS * RATE) / LIVE);
  const { fleet, plan } = await reportingFleet(collector, {
    ...{ seed: 3, devices: LIVE, executables: 50, firstHour: FIRST_HOUR, hours },
  });
  const rude = new ScriptedDevice(collector.agentUrl);
  await rude.enrol('rude', collector.joinSecret);
  const bad = join(collector.folder, 'poison');
  const poisoned = poison(rude);
  const connections = Array.from({ length: POISON_CONNECTIONS }, (_, number) => number);
  writeFileSync(
    bad,
    writePlan(
      connections.flatMap((number) =>
        Array.from({ length: 200 }, (_, n) => ({
          device: number,
          envelope: poisoned[(n + number) % poisoned.length] as Uint8Array,
        })),
      ),
    ),
  );
  const latencies: Record<'quiet' | 'poisoned', number[]> = { quiet: [], poisoned: [] };
  const floods: FloodResult[] = [];
  const live = async (stretch: number): Promise<number[]> => {
    const file = join(collector.folder, `live-${stretch}`);
    const size = STRETCH_SECONDS * RATE;
    writeFileSync(file, writePlan(plan.slice(stretch * size, (stretch + 1) * size)));
    return (await generate(collector.agentUrl, file, RATE)).latenciesMs;
  };
  // Code gets faster while it runs, and the minute's worth of a device that has said nothing goes first.
  await poisoning(bad, STRETCH_SECONDS);
  for (let round = 0; round < ROUNDS; round++) {
    latencies.quiet.push(...(await live(2 * round)));
    const [during, flood] = await Promise.all([live(2 * round + 1), poisoning(bad, STRETCH_SECONDS)]);
    latencies.poisoned.push(...during);
    floods.push(flood);
  }
  await collector.processed();
  const sum = (of: (flood: FloodResult) => number): number =>
    floods.reduce((all, flood) => all + of(flood), 0);
  const seconds = sum((flood) => flood.seconds);
  const taken = sum((flood) => flood.acknowledged + flood.repeated);
  const p = (part: number) => ({
    quiet: quantile(latencies.quiet, part),
    poisoned: quantile(latencies.poisoned, part),
  });
  const figures = {
    sentPerSecond: round(sum((flood) => flood.sent) / seconds),
    takenPerSecond: round(taken / seconds),
    refused: sum((flood) => flood.refused['429'] ?? 0),
    broken: sum((flood) => flood.broken),
    p50Ms: p(0.5),
    p90Ms: p(0.9),
    p99Ms: p(0.99),
    ratio: { p50: round(p(0.5).poisoned / p(0.5).quiet), p90: round(p(0.9).poisoned / p(0.9).quiet) },
  };
  console.log('poisoner', JSON.stringify(figures));
  // It was held to its pace, which counts its large messages as several.
  expect(figures.refused).toBeGreaterThan(0);
  expect(figures.takenPerSecond).toBeLessThan(2 * PER_SECOND);
  // Its caps: no more ids of its own than a report may name, and none of its values among the facts.
  const [counted] = await collector.writerSql<{ devices: number; most: number; absurd: number }>(
    `SELECT uniqExact(epoch_no) AS devices, max(length(ids)) AS most,
            (SELECT count() FROM fleetmeter_facts.usage WHERE seconds > 86400 OR day > today() + 1) AS absurd
     FROM fleetmeter_facts.device_inventory`,
  );
  expect(counted?.absurd).toBe(0);
  expect(counted?.most).toBeLessThanOrEqual(5_000);
  expect(counted?.devices).toBeGreaterThanOrEqual(LIVE);
  await fleet.close();
  if (!FULL) return;
  expect(figures.ratio.p50).toBeLessThan(1.1);
  expect(figures.ratio.p90).toBeLessThan(1.1);
}, 900_000);

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return round(sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] as number);
}

const round = (value: number): number => Math.round(value * 100) / 100;
