/**
 * Small inserts end in "too many parts": a trickle of reports, each processed on its own, and use of as many days as a
 * device may tell of. Hours pass faster here than the engine's merges do, which is harder than life.
 */

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestAdd, digestSumBytes, EMPTY_DIGEST, encodeIdList } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ScriptedDevice } from '../end-to-end/scripted-device.ts';
import { FULL } from '../full-run.ts';
import { CollectorUnderLoad } from './collector-under-load.ts';
import { CRAFTED_RUN, craftedRecord, craftedUsage } from './crafted-usage.ts';
import { Fleet } from './fleet.ts';

/** Ranges of an hour in which something arrives all the time: one in two seconds (processLingerMs). */
const RANGES_AN_HOUR = 1_800;
const LEAST_RANGES = FULL ? RANGES_AN_HOUR : 60;
const DEVICES = 20;
/** The engine slows inserts down at 1,000 parts of a partition, and refuses them at 3,000. */
const MOST_PARTS = 100;
const FIRST_HOUR = 1;
const DAY_MS = 86_400_000;
/** As old as a record may be. */
const OLDEST_DAYS = 400;

let collector: CollectorUnderLoad;
beforeAll(async () => {
  collector = await CollectorUnderLoad.start({
    recomputeSeconds: 5,
    // Nobody waits for others: every report that comes alone is inserted alone.
    settings: () => ({
      FLEETMETER_PROCESS_LINGER_MS: '0',
      // As many days as a record may be about, and not only as many as are kept by default.
      FLEETMETER_KEEP_USER_USAGE_DAYS: '410',
      FLEETMETER_KEEP_DEVICE_USAGE_MONTHS: '36',
    }),
  });
}, 120_000);
afterAll(() => collector.close());

/** Parts of the partition that has most of them, in any table of facts. */
async function mostParts(): Promise<{ table: string; partition: string; parts: number }> {
  const [most] = await collector.writerSql<{ table: string; partition: string; parts: number }>(
    `SELECT table, partition, count() AS parts FROM system.parts
     WHERE active AND database = 'fleetmeter_facts' GROUP BY table, partition ORDER BY parts DESC LIMIT 1`,
  );
  return most ?? { table: '', partition: '', parts: 0 };
}

const ranges = async (): Promise<number> =>
  (await collector.metrics())('fleetmeter_process_range_seconds_count');

test(`${LEAST_RANGES} ranges of a trickle leave few parts`, async () => {
  const fleet = new Fleet(collector.agentUrl, {
    ...{ seed: 7, devices: DEVICES, executables: 40, connections: 1, meterHour: FIRST_HOUR },
    ...{ firstDay: Math.floor(Date.now() / DAY_MS) - 30, joinSecret: collector.joinSecret },
  });
  const devices = Array.from({ length: DEVICES }, (_, device) => device);
  await fleet.enrol(devices);
  let most = await mostParts();
  let ended = false;
  const watching = (async () => {
    while (!ended) {
      const now = await mostParts();
      if (now.parts > most.parts) most = now;
      await sleep(250);
    }
  })();
  let hour = FIRST_HOUR;
  for (; (await ranges()) < LEAST_RANGES; hour++) {
    // One after the other, each processed before the next comes.
    for (const device of devices) {
      await fleet.report([device], hour);
      await sleep(5);
    }
  }
  await collector.processed();
  ended = true;
  await watching;
  const counted = await ranges();
  const perRange = (await collector.metrics())('fleetmeter_process_reports_total') / counted;
  console.log(
    `${counted} ranges of ${perRange.toFixed(1)} reports: at most ${most.parts} parts in one partition (${most.table} ${most.partition})`,
  );
  expect(most.parts).toBeGreaterThan(0);
  expect(most.parts).toBeLessThan(MOST_PARTS);

  // What the bound rests on: without merges there is a part for each insert.
  await collector.writerSql('SYSTEM STOP MERGES fleetmeter_facts.device_heads');
  const before = await ranges();
  const parts = async () =>
    (
      await collector.writerSql<{ n: number }>(
        `SELECT count() AS n FROM system.parts WHERE active AND database = 'fleetmeter_facts' AND table = 'device_heads'`,
      )
    )[0]?.n ?? 0;
  const partsBefore = await parts();
  for (const device of devices) await fleet.report([device], hour);
  await collector.processed();
  const inserts = (await ranges()) - before;
  expect((await parts()) - partsBefore).toBe(inserts);
  await collector.writerSql('SYSTEM START MERGES fleetmeter_facts.device_heads');
  await fleet.close();
}, 1_200_000);

test('use of every day that a device may tell of comes in, in one report and from many devices at once', async () => {
  const today = Math.floor(Date.now() / DAY_MS);
  const digestPart = createHash('sha256').update('long unused').digest().subarray(0, 16);
  const id = '0102030405060708';
  const digest = digestAdd(EMPTY_DIGEST, digestPart);
  const reportOf = async (name: string, days: number[]): Promise<ScriptedDevice> => {
    const device = new ScriptedDevice(collector.agentUrl);
    await device.enrol(name, collector.joinSecret);
    await device.acknowledged(
      'report',
      device.report({
        sequence: 1,
        digestAfter: { count: digest.count, sum: digestSumBytes(digest) },
        inventory: { baseline: true, presentIds: encodeIdList([id]) },
        usage: {
          ...craftedUsage(days.map((day) => craftedRecord(day, id))),
          coverage: days.map((day) => ({ day, run: 0, seconds: 300 })),
        },
      }),
    );
    return device;
  };
  const before = (await collector.metrics())('fleetmeter_process_retries_total');
  const all = Array.from({ length: OLDEST_DAYS }, (_, index) => today - index);
  await reportOf('all-days', all);
  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      reportOf(`days-${index}`, all.slice(index * 10, index * 10 + 10)),
    ),
  );
  await collector.processed();
  const metric = await collector.metrics();
  expect(metric('fleetmeter_process_quarantined_total')).toBe(0);
  expect(metric('fleetmeter_process_retries_total')).toBe(before);
  const [row] = await collector.writerSql<{ days: number; keys: number }>(
    `SELECT uniqExact(day) AS days, uniqExact(epoch_no, day) AS keys FROM fleetmeter_facts.usage
     WHERE run = reinterpretAsUInt64(unhex('${CRAFTED_RUN}'))`,
  );
  console.log(
    `use of ${row?.days} days, ${row?.keys} of (device, day), most parts: ${JSON.stringify(await mostParts())}`,
  );
  expect(row).toEqual({ days: OLDEST_DAYS, keys: 2 * OLDEST_DAYS });
  expect((await mostParts()).parts).toBeLessThan(MOST_PARTS);
}, 300_000);
