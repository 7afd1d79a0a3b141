/**
 * Lost facts are found and healed by themselves (R14). Each device is a trial: rows of its facts are deleted, or a
 * range of its reports never reaches the processor; after one sweep and the next reports the tables are equal to what
 * is true on the device. Whoever lost nothing is asked nothing.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOST_KINDS } from '../../collector/src/audit/audit-findings.ts';
import { FULL } from '../full-run.ts';
import { AgentDevice } from './agent-device.ts';
import { AuditedSite } from './audited-site.ts';
import { expectFacts } from './device-facts.ts';
import { modelExecutable } from './model-device.ts';
import { SeededRandom } from './seeded-random.ts';
import type { TrialDevice } from './trial-device.ts';
import { VouchingDevice } from './vouching-device.ts';

const TRIALS = FULL ? 1_000 : 240;
const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 2 ** 31);
const DAY_MS = 86_400_000;
const FIRST = Date.UTC(2026, 9, 15, 12);
/** Days of life: five of them in five weeks. */
const STEPS = 5;
const DAYS_A_STEP = 7;
const LONGEST_MS = FULL ? 900_000 : 120_000;
const world = Array.from({ length: 300 }, (_, index) => modelExecutable(index));
const random = new SeededRandom(SEED);

let site: AuditedSite;
beforeAll(async () => {
  site = new AuditedSite(FIRST, world);
  await site.open();
}, 60_000);
afterAll(async () => site?.remove());

const today = (): number => Math.floor(site.now / DAY_MS);

function live(device: TrialDevice, day: number): void {
  for (let change = random.below(3); change > 0; change--) device.toggle(random.pick(world));
  if (random.chance(0.1)) device.restart();
  for (let use = random.below(4); use > 0; use--) device.use(random.pick(world), day, random.below(2));
}

/** Each device lives a day at each step, and reports at some of them what happened since. */
async function history(devices: readonly TrialDevice[], steps: number, reports: number): Promise<void> {
  for (let step = 0; step < steps; step++) {
    for (const device of devices) {
      live(device, today());
      if (random.chance(reports)) site.exchange(device);
    }
    await site.process();
    site.now += steps === STEPS ? DAYS_A_STEP * DAY_MS : DAY_MS;
  }
  // A day is closed by the report after it.
  await rounds(devices, 2);
  site.now += 60_000;
}

/** One in four is a real agent's store. */
const newDevices = (count: number): TrialDevice[] =>
  Array.from({ length: count }, (_, index) =>
    site.enrol(index % 4 === 3 ? new AgentDevice(random) : new VouchingDevice(random)),
  );

async function rounds(devices: readonly TrialDevice[], count: number): Promise<void> {
  for (let round = 0; round < count; round++) {
    for (const device of devices) site.exchange(device);
    await site.process();
  }
}

describe(`with seed FLEETMETER_SEED=${SEED}`, () => {
  let devices: TrialDevice[];

  test(
    'a history without losses: nothing is found and nobody is asked',
    async () => {
      devices = newDevices(TRIALS);
      await history(devices, STEPS, 0.5);
      await expectTruth(devices);
      const findings = await site.sweep();
      expect(findings).toMatchObject({ devices: TRIALS, unverifiable: 0, asked: 0, postponed: 0 });
      expect(findings.digests).toBeGreaterThan(TRIALS * 3);
      expect(sumOf(findings.lost)).toBe(0);
    },
    LONGEST_MS,
  );

  test(
    `${TRIALS} devices lose random rows of every table: one sweep and the next reports bring them back`,
    async () => {
      // Each device loses one kind of fact for certain, and others by chance.
      const chance = (columns: string, one: number): string => `cityHash64(${columns}, ${SEED}) % ${one} = 0`;
      const share = (kind: number): string => `epoch_no % 6 = ${kind}`;
      const lost = {
        usage: await site.lose('usage', `${share(0)} OR ${chance('epoch_no, executable_no, run, day', 9)}`),
        coverage: await site.lose('coverage', `${share(1)} OR ${chance('epoch_no, run, day', 11)}`),
        inventory: await site.lose('device_inventory', `${share(2)} OR ${chance('epoch_no', 11)}`),
        head: await site.lose('device_heads', `${share(3)} OR ${chance('epoch_no', 13)}`),
        host: await site.lose(
          'host_facts',
          `device_id64 IN (SELECT device_id64 FROM {facts}.epochs WHERE ${share(4)} OR ${chance('epoch_no', 17)})`,
        ),
        epoch: await site.lose('epochs', `${share(5)} OR ${chance('epoch_no', 19)}`),
        evidence: await site.lose('executables', chance('executable_no', 10)),
        mapping: await site.lose('mappings', chance('executable_no + 1', 6)),
      };
      for (const [table, rows] of Object.entries(lost)) expect(rows, table).toBeGreaterThan(0);
      await expect(expectTruth(devices)).rejects.toThrow();
      const findings = await site.sweep();
      for (const kind of LOST_KINDS) expect(findings.lost[kind], kind).toBeGreaterThan(0);
      // The same again is not asked again.
      expect((await site.sweep()).asked).toBe(0);
      await rounds(devices, 2);
      await expectTruth(devices);
      await rounds(devices, 1);
      const after = await site.sweep();
      expect([sumOf(after.lost), after.asked]).toEqual([0, 0]);
      console.log('trials', TRIALS, 'rows lost', lost, 'found', findings);
    },
    LONGEST_MS,
  );

  test(
    'an inventory of other executables than its digest says, and one older than was written, are found',
    async () => {
      const [forged, older] = devices as [TrialDevice, TrialDevice];
      const at = `epoch_no = ${(await epochOf(older))[0]}`;
      const before = '{facts}.inventory_before';
      const { clickhouse } = site;
      await clickhouse.command(
        `CREATE TABLE ${before} ENGINE = MergeTree ORDER BY epoch_no AS SELECT * FROM {facts}.device_inventory FINAL WHERE ${at}`,
      );
      older.toggle(random.pick(world));
      await rounds([older], 1);
      await site.lose('device_inventory', at);
      await clickhouse.command(`INSERT INTO {facts}.device_inventory SELECT * FROM ${before}`);
      await clickhouse.command(`DROP TABLE ${before}`);
      const [epoch] = await epochOf(forged);
      await clickhouse.command(
        `ALTER TABLE {facts}.device_inventory UPDATE ids = arrayMap(no -> no % 300 + 1, ids) WHERE epoch_no = ${epoch}
       SETTINGS mutations_sync = 2`,
      );
      const findings = await site.sweep();
      expect(findings.lost.inventory).toBe(2);
      expect([site.asked(forged), site.asked(older)]).toEqual([true, true]);
      await rounds(devices, 2);
      await expectTruth(devices);
    },
    LONGEST_MS,
  );

  test(
    `ranges of reports that never arrive, usage-only ones too, show at the device's next report`,
    async () => {
      let reports = 0;
      let usageOnly = 0;
      for (const device of devices) {
        for (let count = 1 + random.below(4); count > 0; count--) {
          const idle = random.chance(0.5);
          if (idle) device.use(random.pick(world), today(), 0);
          else live(device, today());
          if (idle) usageOnly++;
          site.exchange(device, { lost: true });
          reports++;
        }
      }
      await rounds(devices, 1);
      expect(devices.filter((device) => !site.asked(device))).toEqual([]);
      // Told, obeyed, and asked for evidence of what only lost reports named.
      await rounds(devices, 3);
      await expectTruth(devices);
      console.log('trials', TRIALS, 'reports lost', reports, 'of these with usage only', usageOnly);
      await rounds(devices, 1);
      const findings = await site.sweep();
      expect([sumOf(findings.lost), findings.asked]).toEqual([0, 0]);
    },
    LONGEST_MS,
  );

  test(
    'a backup from the night before: what came since comes again, and usage of 35 days before it',
    async () => {
      await site.backUp();
      await history(devices, 2, 0.6);
      const newcomers = newDevices(5);
      await history(newcomers, 2, 1);
      await expectTruth([...devices, ...newcomers]);
      const { now } = site;
      await site.restoreBackup();
      site.now = now;
      for (const newcomer of newcomers) site.enrol(newcomer);
      await expect(expectTruth([...devices, ...newcomers])).rejects.toThrow();
      // As if the backup had lost days too: they come back as far as devices keep them.
      expect(await site.lose('usage', `day < toDate(${today()} - 20) AND epoch_no % 2 = 0`)).toBeGreaterThan(
        0,
      );
      await rounds([...devices, ...newcomers], 3);
      await site.sweep();
      await rounds([...devices, ...newcomers], 2);
      await expectTruth([...devices, ...newcomers]);
      devices.push(...newcomers);
    },
    LONGEST_MS,
  );

  test(
    'an erased device is neither missed nor brought back',
    async () => {
      const gone = devices.pop() as TrialDevice;
      const [epochNo] = await epochOf(gone);
      const { erasures } = site.control.lives;
      expect(erasures.request(gone.deviceId, site.now)).toBe(true);
      erasures.reload();
      // Half way through, and when nothing is left.
      await site.lose('device_heads', `epoch_no = ${epochNo}`);
      const half = await site.sweep();
      for (const table of ['epochs', 'device_inventory']) await site.lose(table, `epoch_no = ${epochNo}`);
      await site.lose('host_facts', `device_id64 = ${BigInt(`0x${gone.deviceId}`)}`);
      const whole = await site.sweep();
      expect([sumOf(half.lost), half.asked, sumOf(whole.lost), whole.asked]).toEqual([0, 0, 0, 0]);
      expect(site.asked(gone)).toBe(false);
      await expectTruth(devices);
    },
    LONGEST_MS,
  );

  test(
    'clean batches, and processing paused for a night: nobody is asked anything',
    async () => {
      await rounds(devices, 2);
      await site.sweep();
      const before = site.processed;
      const until = performance.now() + (FULL ? 240_000 : 5_000);
      let nights = 0;
      let sweeps = 0;
      let waited = 0;
      while (performance.now() < until) {
        // Through the night devices report every hour or so and nothing is processed; then it is caught up in pieces.
        for (let report = 0; report < 8; report++) {
          for (const device of devices) {
            live(device, today());
            site.exchange(device);
          }
          site.now += DAY_MS / 8;
        }
        waited = Math.max(waited, site.waiting);
        nights++;
        const piece = Math.ceil(site.waiting / 3) + random.below(100);
        for (let left = 1; left > 0; left = site.waiting) {
          const findings = await site.sweep();
          sweeps++;
          expect([sumOf(findings.lost), findings.asked]).toEqual([0, 0]);
          await site.process(piece);
        }
        const caughtUp = await site.sweep();
        expect([sumOf(caughtUp.lost), caughtUp.asked]).toEqual([0, 0]);
        expect(devices.filter((device) => site.asked(device))).toEqual([]);
      }
      console.log(
        'clean batches',
        site.processed - before,
        'nights',
        nights,
        'most waiting',
        waited,
        'sweeps',
        sweeps,
      );
      await expectTruth(devices);
    },
    LONGEST_MS,
  );
});

function sumOf(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function epochOf({ deviceId }: TrialDevice): Promise<number[]> {
  const rows = await site.clickhouse.rows<{ epoch_no: number }>(
    `SELECT epoch_no FROM {facts}.current_epochs WHERE device_id64 = ${BigInt(`0x${deviceId}`)}`,
  );
  return rows.map((row) => row.epoch_no);
}

/** Everything of these devices that is in the tables, against what is true on them. */
async function expectTruth(devices: readonly TrialDevice[]): Promise<void> {
  await expectFacts(site.clickhouse, devices);
  expect(await undescribed()).toEqual([]);
}

/** Executables that somebody has or used, and the tables cannot describe or name. */
async function undescribed(): Promise<string[]> {
  const rows = await site.clickhouse.rows<{ line: string }>(`
    SELECT toString(executable_no) AS line
    FROM
    (
      SELECT arrayJoin(ids) AS executable_no FROM {facts}.device_inventory FINAL
      UNION DISTINCT SELECT executable_no FROM {facts}.usage
    )
    WHERE executable_no NOT IN (SELECT executable_no FROM {facts}.executables WHERE version = 1)
      OR executable_no NOT IN (SELECT executable_no FROM {facts}.mappings)`);
  return rows.map(({ line }) => line);
}
