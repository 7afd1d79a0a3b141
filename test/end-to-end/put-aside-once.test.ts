/**
 * R19: what was put aside is told once, and not sent again and again: neither while the audit misses it, nor after it
 * was repaired. A real collector that audits every second, and a device that sends whatever it is asked for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeSlots, type ReportFields } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FleetOfOne } from './fleet-of-one.ts';
import { ScriptedDevice } from './scripted-device.ts';

const REPORT_EVERY_MS = 400;
const WATCHED_MS = 9_000;
const YESTERDAY = Math.floor(Date.now() / 86_400_000) - 1;
const NOTHING = { count: 0, sum: new Uint8Array(16) };
let fleet: FleetOfOne;
let device: ScriptedDevice;

beforeAll(async () => {
  fleet = await FleetOfOne.create({ collector: { auditIntervalSeconds: 1, auditTimePercent: 100 } });
  fleet.startCollector();
  await fleet.ready();
  device = new ScriptedDevice(fleet.agentUrl);
  await device.enrol('forgetful', fleet.joinSecret);
}, 90_000);
afterAll(async () => {
  await fleet?.close();
});

/** A day that the device has closed: a good record and an impossible one, and what it has of both. */
const usage: NonNullable<ReportFields['usage']> = {
  runs: Buffer.from('0102030405060708', 'hex'),
  users: [new Uint8Array(8).fill(9)],
  records: [
    { executableId: Buffer.alloc(8, 1), day: YESTERDAY, seconds: 100, slots: encodeSlots([1, 2, 3]) },
    { executableId: Buffer.alloc(8, 2), day: YESTERDAY, seconds: 90_000, slots: encodeSlots([4, 5, 6]) },
  ],
  coverage: [{ day: YESTERDAY, run: 0, seconds: 86_400 }],
  digests: [{ day: YESTERDAY, run: 0, records: 2, seconds: 90_100, marks: 6, coverageSeconds: 86_400 }],
};
let sequence = 0;
let due = true;
const told: string[] = [];
let asked = 0;
let sent = 0;

/** Reports, and does what it is asked. */
async function live(milliseconds: number): Promise<void> {
  const until = performance.now() + milliseconds;
  while (performance.now() < until) {
    sequence++;
    const start = sequence === 1;
    if (due && !start) sent++;
    const report = device.report({
      sequence,
      ...(start ? { inventory: { baseline: true }, digestAfter: NOTHING } : { digestBefore: NOTHING }),
      ...(due && !start && { usage }),
    });
    if (!start) due = false;
    const { quarantined, directives } = await device.acknowledged('report', report);
    told.push(...quarantined.map(({ reason }) => reason ?? ''));
    for (const { resendUsage } of directives) {
      if (resendUsage && !due) asked++;
      due ||= Boolean(resendUsage);
    }
    await sleep(REPORT_EVERY_MS);
  }
}

const openRecords = async (): Promise<number> => {
  const answer = await fetch(`${fleet.adminUrl}/api/quarantine`);
  const { groups } = (await answer.json()) as { groups: { records: number }[] };
  return groups.reduce((sum, { records }) => sum + records, 0);
};
test('told once, asked for once, and kept once', async () => {
  await live(WATCHED_MS);
  expect(told).toEqual(['usage-seconds-out-of-range']);
  expect(await openRecords()).toBe(1);
  // The audit did miss it.
  expect(asked).toBe(1);
  expect(sent).toBe(2);
}, 60_000);

test('repaired, it counts, and stays decided although it comes again', async () => {
  const select = ['--reason', 'usage-seconds-out-of-range', '--commit', '--json'];
  const { collectorProgram } = fleet;
  const done = await fleet.commandMeanwhile(
    ...([collectorProgram, 'quarantine', 'repair', 'cap seconds=300*slots', ...select] as const),
  );
  expect(JSON.parse(done)).toMatchObject({ outcomes: { replayed: 1 }, waiting: 0 });
  await live(WATCHED_MS);
  // What is missing is less than before: another difference, which is asked for once as well.
  expect(asked).toBeLessThanOrEqual(2);
  expect(await openRecords()).toBe(0);
  expect(told).toHaveLength(1);
  const rows = await fleet.sql<{ seconds: string }>(
    `SELECT sum(seconds) AS seconds FROM fleetmeter.usage_daily WHERE device_id = '${device.hexId}'`,
  );
  expect(rows).toEqual([{ seconds: 1000 }]);
  console.log(`${sequence} reports: told ${told.length}, asked ${asked}, sent ${sent} times`);
}, 60_000);
