/**
 * Erasing devices and adding them again (R41). Messages of an erased device come before, between and after the steps of
 * its erasure: reports that waited in the stream, kept ones, new ones, ones of a new epoch. Nothing of it comes back. The
 * same machine joins again and says the very same, down to its epoch's and run's random numbers: all of that is there.
 */

import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deriveDevices } from '../../collector/src/clickhouse/derive-devices.ts';
import { deriveInventory } from '../../collector/src/clickhouse/derive-inventory.ts';
import { deriveUsageDay } from '../../collector/src/clickhouse/derive-usage-day.ts';
import { erasableTables } from '../../collector/src/clickhouse/erase-rows.ts';
import { numberApplications } from '../../collector/src/clickhouse/number-applications.ts';
import { eraseStep } from '../../collector/src/erase/erase-devices.ts';
import { FULL } from '../full-run.ts';
import { AuditedSite } from './audited-site.ts';
import { expectFacts } from './device-facts.ts';
import { modelExecutable } from './model-device.ts';
import { SeededRandom } from './seeded-random.ts';
import { VouchingDevice } from './vouching-device.ts';

const TRIALS = FULL ? 200 : 20;
const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 2 ** 31);
const DAY_MS = 86_400_000;
const FIRST = Date.UTC(2026, 9, 15, 12);
const TODAY = FIRST / DAY_MS - 0.5;
const world = Array.from({ length: 60 }, (_, index) => modelExecutable(index));

let site: AuditedSite;
beforeAll(async () => {
  site = new AuditedSite(FIRST, world);
  await site.open();
}, 60_000);
afterAll(async () => site?.remove());

/** A life that follows from its number: lived twice it is the same to the last bit, but for the key. */
class Life {
  readonly device: VouchingDevice;
  readonly envelopes: Uint8Array[] = [];
  readonly #random: SeededRandom;

  constructor(number: number) {
    this.#random = new SeededRandom(SEED + number);
    this.device = site.enrol(new VouchingDevice(this.#random));
  }

  /** Some days of life, each reported. */
  live(reports: number): void {
    for (let report = 0; report < reports; report++) this.envelopes.push(this.#report());
    for (const envelope of this.envelopes.slice(-reports)) site.deliver(this.device.deviceId, envelope);
  }

  /** Composed, and sent by nobody yet. */
  #report(): Uint8Array {
    for (let change = 1 + this.#random.below(4); change > 0; change--)
      this.device.toggle(this.#random.pick(world));
    for (let use = 1 + this.#random.below(3); use > 0; use--)
      this.device.use(this.#random.pick(world), TODAY - this.#random.below(3), this.#random.below(2));
    if (this.#random.chance(0.2)) this.device.restart();
    return this.device.report(TODAY);
  }
}

/** A report by the same device, as after a lost state: an epoch that the collector has never seen. */
function inAnotherEpoch({ deviceId, collectorId }: VouchingDevice, random: SeededRandom): Uint8Array {
  const device = Object.assign(new VouchingDevice(random), { deviceId, collectorId });
  device.toggle(random.pick(world));
  device.use(random.pick(world), TODAY, 0);
  return device.report(TODAY);
}

/** Rows that lead to this device, in any table. */
async function rowsOf(deviceIds: string[], epochNos: number[]): Promise<number> {
  let rows = 0;
  for (const { table, columns } of await erasableTables(site.clickhouse)) {
    const conditions = columns.map((column) => {
      if (column === 'epoch_no') return `epoch_no IN (${epochNos.join(',')})`;
      const ids = deviceIds.map((id) => (column === 'device_id64' ? `${BigInt(`0x${id}`)}` : `'${id}'`));
      return `${column} IN (${ids.join(',')})`;
    });
    const [found] = await site.clickhouse.rows<{ n: string }>(
      `SELECT count() AS n FROM ${table} WHERE ${conditions.join(' OR ')}`,
    );
    rows += Number(found?.n ?? 0);
  }
  return rows;
}

async function derive(): Promise<void> {
  await numberApplications(site.clickhouse);
  await deriveDevices(site.clickhouse, site.now);
  await deriveInventory(site.clickhouse, site.now, 'none');
  for (const day of [TODAY, TODAY - 1, TODAY - 2])
    await deriveUsageDay(site.clickhouse, day, site.now, 'none');
}

const step = (): Promise<void> =>
  eraseStep({
    ...{
      clickhouse: site.clickhouse,
      control: site.control,
      log: pino({ level: 'silent' }),
      now: () => site.now,
    },
    ...{ settled: async () => {}, onDeleted: () => {}, onDone: () => {} },
  });

/** Of the whole fleet, so that nobody's use hides behind another's. */
async function secondsInTotals(): Promise<number> {
  const [row] = await site.clickhouse.rows<{ seconds: string }>(
    'SELECT sum(seconds) AS seconds FROM {final}.application_usage_daily',
  );
  return Number(row?.seconds ?? 0);
}

describe(`with seed FLEETMETER_SEED=${SEED}`, () => {
  test(
    `${TRIALS} devices are erased while they speak, and come back as strangers`,
    async () => {
      const staying = Array.from({ length: 5 }, (_, number) => new Life(1_000_000 + number));
      for (const life of staying) life.live(3);
      await site.process();
      for (const { device } of staying) site.exchange(device);
      await site.process();
      await derive();
      const withoutThem = await secondsInTotals();

      const leaving = Array.from({ length: TRIALS }, (_, number) => new Life(number));
      for (const life of leaving) life.live(3);
      await site.process();
      for (const { device } of leaving) site.exchange(device);
      await site.process();
      await derive();
      await expectFacts(
        site.clickhouse,
        [...staying, ...leaving].map(({ device }) => device),
      );
      const ids = leaving.map(({ device }) => device.deviceId);
      const epochNos = ids.flatMap((id) => site.control.lives.erasures.epochsOf(id));
      // The control: there is something to erase, and to add up.
      expect(await rowsOf(ids, epochNos)).toBeGreaterThan(TRIALS * 10);
      expect(await secondsInTotals()).toBeGreaterThan(withoutThem);

      const random = new SeededRandom(SEED);
      let late = 0;
      /** Some of what an erased device may still say, at any time. */
      const speak = async (): Promise<void> => {
        for (const { device, envelopes } of leaving) {
          const kept = random.pick(envelopes);
          if (random.chance(0.5)) site.deliver(device.deviceId, kept);
          if (random.chance(0.3)) site.deliver(device.deviceId, inAnotherEpoch(device, random));
          if (random.chance(0.5)) site.deliver(device.deviceId, device.report(TODAY));
        }
        late += site.waiting;
        await site.process();
      };
      // Reports wait in the stream when the administrator asks; every second of them is read before the erasure begins.
      for (const life of leaving) life.live(1);
      late += site.waiting;
      for (const id of ids) expect(site.control.lives.erasures.request(id, site.now)).toBe(true);
      site.control.lives.erasures.reload();
      await site.process(Math.floor(site.waiting / 2));
      await step();
      await site.process();
      for (
        let steps = 0;
        ids.some((id) => site.control.lives.erasures.get(id)?.phase !== 'deriving');
        steps++
      ) {
        await speak();
        await step();
        expect(steps).toBeLessThan(50);
      }
      await speak();
      await derive();
      for (const { target, generation } of site.control.dirtyMarks())
        site.control.clearDirty(target, generation);
      while (ids.some((id) => site.control.lives.erasures.get(id)?.phase !== 'done')) await step();
      await speak();
      await derive();
      const resurrected = await rowsOf(
        ids,
        ids.flatMap((id) => site.control.lives.erasures.epochsOf(id)),
      );
      expect(resurrected).toBe(0);
      expect(await secondsInTotals()).toBe(withoutThem);
      await expectFacts(
        site.clickhouse,
        staying.map(({ device }) => device),
      );
      for (const id of ids) expect(site.control.quarantinedFrom(id, 1)).toEqual([]);
      expect((await site.sweep()).asked).toBe(0);

      // The same again, under keys of their own, while the erased ones still speak.
      const again = Array.from({ length: TRIALS }, (_, number) => new Life(number));
      for (const life of again) life.live(3);
      await speak();
      for (const { device } of again) site.exchange(device);
      await site.process();
      for (const life of again) life.live(1);
      await speak();
      await derive();
      expect(again.map(({ device }) => Buffer.from(device.epoch).toString('hex'))).toEqual(
        leaving.map(({ device }) => Buffer.from(device.epoch).toString('hex')),
      );
      expect(again.filter(({ device }) => ids.includes(device.deviceId))).toEqual([]);
      await expectFacts(
        site.clickhouse,
        [...staying, ...again].map(({ device }) => device),
      );
      expect(
        await rowsOf(
          ids,
          ids.flatMap((id) => site.control.lives.erasures.epochsOf(id)),
        ),
      ).toBe(0);
      const usedBefore = leaving.reduce((sum, { device }) => sum + device.usage.size, 0);
      expect(usedBefore).toBeGreaterThan(TRIALS);
      console.log(
        `R41: ${TRIALS} trials, ${late} late messages, ${epochNos.length} epochs closed: ${resurrected} rows resurrected, ${TRIALS} of ${TRIALS} re-added whole`,
      );
    },
    FULL ? 600_000 : 120_000,
  );
});
