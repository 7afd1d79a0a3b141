/** What goes and what stays as years pass, on a real engine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadAuditDictionaries } from '../clickhouse/audit-inventories.ts';
import { lackingUsage } from '../clickhouse/audit-usage.ts';
import { type ClickHouse, connectClickHouse } from '../clickhouse/clickhouse.ts';
import { compareUsageDay } from '../clickhouse/compare-totals.ts';
import { deriveDevices } from '../clickhouse/derive-devices.ts';
import { deriveInventory } from '../clickhouse/derive-inventory.ts';
import { deriveUsageDay } from '../clickhouse/derive-usage-day.ts';
import { erasableTables, eraseRows } from '../clickhouse/erase-rows.ts';
import { SLOT_ORDER } from '../clickhouse/fact-tables.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { numberApplications } from '../clickhouse/number-applications.ts';
import { dayLife, partitionsOf } from '../clickhouse/retain-rows.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { writerUser } from '../engine/writer-secret.ts';
import { OneAtATime } from '../recompute/one-at-a-time.ts';
import { type Lives, oldestKept } from './lives.ts';
import { retentionRound } from './retention.ts';

const LIVES: Lives = {
  ...{ slotsDays: 14, userUsageDays: 100, deviceUsageMonths: 13, lastUsedDays: 400 },
  ...{ applicationUsageMonths: 37, evidenceDays: 30 },
};
const DAY_MS = 86_400_000;
const TODAY = Date.parse('2026-11-28') / DAY_MS;
/** On both sides of every border. */
const BORDERS = Object.values(oldestKept(LIVES, TODAY * DAY_MS));
const DAYS = [...new Set([TODAY, ...BORDERS.flatMap((day) => [day - 1, day, day + 1])])].sort(
  (a, b) => a - b,
);
const TABLES = [
  ['{facts}.usage', 'userUsage'],
  ['{facts}.usage_digests', 'userUsage'],
  ['{final}.usage_daily', 'deviceUsage'],
  ['{facts}.coverage', 'deviceUsage'],
  ['{final}.application_usage_daily', 'applicationUsage'],
  ['{final}.application_concurrency_daily', 'applicationUsage'],
] as const;

let engine: EngineUnderTest;
let writer: ClickHouse;
let folder: string;
let control: SqliteControlStore;
let now = TODAY * DAY_MS + 3_600_000;

beforeAll(async () => {
  engine = await engineUnderTest();
  writer = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  await migrate(writer, () => 0);
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-retention-'));
  control = new SqliteControlStore({ path: join(folder, 'control.db') });
  const { numbers } = control.internExecutables(
    Buffer.alloc(24).map((_, at) => (at % 8 === 0 ? at / 8 + 1 : 0)),
  );
  expect([...numbers]).toEqual([1, 2, 3]);
  await writer.command(
    `INSERT INTO {facts}.epochs (epoch_no, device_id64) VALUES (1, 101), (2, 102), (3, 103)`,
  );
  await writer.command(
    `INSERT INTO {facts}.executables (executable_no, executable_id64, version) VALUES (1, 1, 1), (2, 2, 1), (3, 3, 1)`,
  );
  await writer.command(`INSERT INTO {facts}.mappings (executable_no, version, application_id64, application, recognised)
    VALUES (1, 1, 11, 'one', 1), (2, 1, 11, 'one', 1), (3, 1, 33, 'three', 1)`);
  // Composed by a clock that is far ahead, so that no year of this test is without a report.
  await writer.command(`INSERT INTO {facts}.device_heads (epoch_no, sequence, received_at, composed_at)
    SELECT number + 1, 1, fromUnixTimestamp64Milli(${now}), toDateTime('2100-01-01') FROM numbers(3)`);
  await writer.command(
    `INSERT INTO {facts}.device_inventory (epoch_no, version, ids) VALUES (1, 1, [1, 2]), (2, 1, [1])`,
  );
  for (const day of DAYS) {
    // Two programs of one application in overlapping marks: the total needs the marks.
    await use(day, 1, 1, 600, 0b11);
    await use(day, 1, 2, 600, 0b110);
    await use(day, 2, 1, 300, 0b1);
    await writer.command(`INSERT INTO {facts}.coverage VALUES (toDate(${day}), 1, 7, 900, 0, -1)`);
    await writer.command(
      `INSERT INTO {facts}.usage_digests VALUES (toDate(${day}), 1, 7, 1, 2, 1200, 2, 4, 900)`,
    );
  }
  await numberApplications(writer);
  await deriveDevices(writer, now);
  await deriveInventory(writer, now, 'none');
  for (const day of DAYS) await derive(day);
  control.markDirty([], now);
});
afterAll(async () => {
  control?.close();
  await writer?.close();
  await engine?.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function use(
  day: number,
  epoch: number,
  executable: number,
  seconds: number,
  marks: number,
): Promise<void> {
  await writer.command(`INSERT INTO {facts}.usage (day, epoch_no, executable_no, run, seconds, launches_user, slots_0, slot_order)
    VALUES (toDate(${day}), ${epoch}, ${executable}, 7, ${seconds}, 1, ${marks}, ${SLOT_ORDER.ofTheDay})`);
}

const derive = (day: number): Promise<void> => deriveUsageDay(writer, day, now, 'none');
const round = (lives = LIVES) =>
  retentionRound({ clickhouse: writer, control, lives, deriving: new OneAtATime(), now: () => now });

/** Until nothing is left to do. */
async function rounds(): Promise<{
  finished: number;
  cleared: number;
  tooLate: number;
  dropped: number;
  forgotten: number;
}> {
  const sum = { finished: 0, cleared: 0, tooLate: 0, dropped: 0, forgotten: 0 };
  for (;;) {
    const done = await round();
    sum.finished += done.finished.length;
    sum.cleared += done.cleared;
    sum.tooLate += done.tooLate;
    sum.dropped += done.dropped.length;
    sum.forgotten += done.forgotten;
    if (done.finished.length + done.cleared + done.dropped.length === 0) return sum;
  }
}

/** A day whose totals are final and have a row of this device. */
async function finalDayOf(device: string, before = Number.POSITIVE_INFINITY): Promise<number> {
  const days = await lines(
    `SELECT DISTINCT toString(toUInt32(day)) AS line FROM {final}.usage_daily WHERE device_id = '${device}'`,
  );
  for (const day of days.map(Number))
    if (day < before && (await dayLife(writer, day)) === 'final') return day;
  throw new Error(`there is no final day of ${device}`);
}

const lines = async (sql: string): Promise<string[]> =>
  (await writer.rows<{ line: string }>(sql)).map(({ line }) => line);
const totals = (where = '1'): Promise<string[]> =>
  lines(`SELECT concat(toString(toUInt32(day)), ' ', device_id, ' ', application, ' ', toString(seconds), ' ', toString(launches)) AS line
    FROM {final}.usage_daily WHERE ${where} ORDER BY line`);
const ofDevices = (where = '1'): Promise<string[]> =>
  lines(`SELECT concat(toString(toUInt32(day)), ' ', device_id, ' ', application, ' ', toString(seconds), ' ', toString(launches)) AS line
    FROM {final}.device_usage_daily WHERE ${where} ORDER BY line`);
const daysWithMarks = async (): Promise<number[]> =>
  (
    await lines(
      `SELECT DISTINCT toString(toUInt32(day)) AS line FROM {facts}.usage WHERE slots_0 > 0 ORDER BY day`,
    )
  ).map(Number);
const applications = (day: number): Promise<string[]> =>
  lines(`SELECT concat(application, ' ', toString(devices_used), ' ', toString(seconds)) AS line
    FROM {final}.application_usage_daily WHERE day = toDate(${day}) ORDER BY line`);

const peaks = (day: number): Promise<string[]> =>
  lines(`SELECT concat(application, ' ', toString(peak_devices), ' ', peak_users, ' ', toString(devices_in_order)) AS line
    FROM {final}.application_concurrency_daily WHERE day = toDate(${day}) ORDER BY line`);

async function daysOf(table: string): Promise<number[]> {
  return (await partitionsOf(writer, table)).map(({ day }) => day);
}

test('everything that is within its life stays, and everything older goes', async () => {
  const before = await totals();
  expect(before.length).toBe(DAYS.length * 2);
  const done = await rounds();
  const oldest = oldestKept(LIVES, now);
  for (const [table, kind] of TABLES)
    expect([table, await daysOf(table)]).toEqual([table, DAYS.filter((day) => day >= oldest[kind])]);
  expect(await daysWithMarks()).toEqual(DAYS.filter((day) => day >= oldest.slots));
  // No total changed: not where the marks are gone, nor where the use is.
  const kept = before.filter((line) => Number(line.split(' ')[0]) >= oldest.deviceUsage);
  expect(await totals()).toEqual(kept);
  // The view over facts says the same of days whose marks, or facts, are gone.
  expect(await ofDevices()).toEqual(kept);
  console.log(`${DAYS.length} days, given up:`, done);
  // Nothing is left to do, and doing it again changes nothing.
  expect(await round()).toMatchObject({ dropped: [], finished: [], cleared: 0, tooLate: 0, forgotten: 0 });
});

test('deriving a final day again, or one whose rows are gone, changes nothing', async () => {
  const oldest = oldestKept(LIVES, now);
  const before = await totals();
  for (const day of DAYS) {
    const wanted = day < oldest.deviceUsage ? 'past' : day < oldest.slots ? 'final' : 'open';
    expect([day, await dayLife(writer, day)]).toEqual([day, wanted]);
    const [one, differing] = [await applications(day), await compareUsageDay(writer, day, now, 'none')];
    expect([day, differing]).toEqual([day, []]);
    await derive(day);
    expect(await applications(day)).toEqual(one);
    const isKept = day >= oldest.applicationUsage;
    expect([day, await peaks(day)]).toEqual([day, isKept ? ['one 2 < 5 2'] : []]);
  }
  expect(await totals()).toEqual(before);
});

test('the audit misses nothing that was given up, and finds what is lost of a final day', async () => {
  await loadAuditDictionaries(writer);
  const day = oldestKept(LIVES, now).slots - 1;
  expect(await dayLife(writer, day)).toBe('final');
  expect(await lackingUsage(writer, day, 10)).toEqual([]);
  await writer.command(
    `ALTER TABLE {facts}.usage DELETE WHERE day = toDate(${day}) AND epoch_no = 1 AND executable_no = 2 SETTINGS mutations_sync = 2`,
  );
  expect(await lackingUsage(writer, day, 10)).toMatchObject([{ deviceId: '0000000000000065' }]);
  // What was asked for comes with its marks, and goes the way of the others.
  await use(day, 1, 2, 600, 0b110);
  expect(await lackingUsage(writer, day, 10)).toEqual([]);
});

test('a device that tells a final day late is added; one that is in it changes it no more, and is counted', async () => {
  const oldest = oldestKept(LIVES, now);
  const day = oldest.slots - 1;
  const [others, before] = [await totals(`day != toDate(${day})`), await totals(`day = toDate(${day})`)];
  now += 60_000;
  await use(day, 3, 3, 250, 0b100);
  await use(day, 3, 1, 400, 0b1000);
  await use(day, 2, 1, 9_000, 0b1111_0000_0000_0000);
  // Whatever is cleared in between must not take the marks that are still needed.
  expect((await rounds()).tooLate).toBe(2);
  await derive(day);
  expect(await totals(`day = toDate(${day})`)).toEqual(
    [...before, `${day} 0000000000000067 one 300 1`, `${day} 0000000000000067 three 250 1`].sort(),
  );
  expect(await totals(`day != toDate(${day})`)).toEqual(others);
  expect(await applications(day)).toEqual(['one 3 1500', 'three 1 250']);
  expect(await rounds()).toMatchObject({ cleared: 2, tooLate: 0 });
  expect(await daysWithMarks()).toEqual(DAYS.filter((each) => each >= oldest.slots));
  // Who told it late cannot be added to a peak whose marks are gone.
  expect(await peaks(day)).toEqual(['one 2 < 5 2']);
  // Once more, after its marks are gone too.
  await derive(day);
  expect(await applications(day)).toEqual(['one 3 1500', 'three 1 250']);
});

test('a final day that an engine left twice when it died is there once after the next derivation', async () => {
  const day = await finalDayOf('0000000000000065');
  const before = [await totals(`day = toDate(${day})`), await applications(day)];
  for (const table of ['usage_daily', 'application_usage_daily'])
    await writer.command(
      `INSERT INTO {final}.${table} SELECT * FROM {final}.${table} WHERE day = toDate(${day})`,
    );
  expect(await totals(`day = toDate(${day})`)).not.toEqual(before[0]);
  // The audit compares such a day with itself, and finds it too.
  expect(await compareUsageDay(writer, day, now, 'none')).not.toEqual([]);
  await derive(day);
  expect([await totals(`day = toDate(${day})`), await applications(day)]).toEqual(before);
  expect(await compareUsageDay(writer, day, now, 'none')).toEqual([]);
});

test('a day that waits to be derived, or for records in quarantine, is not finished', async () => {
  const day = oldestKept(LIVES, now).slots;
  now += DAY_MS;
  control.markDirty([{ kind: 'usage-day', day }], now);
  expect((await round()).finished).toEqual([]);
  for (const { target, generation } of control.dirtyMarks()) control.clearDirty(target, generation);
  await writer.command(
    `INSERT INTO {final}.usage_exclusions (day, application_id) VALUES (toDate(${day}), 'x')`,
  );
  expect((await round()).finished).toEqual([]);
  await writer.command(
    `ALTER TABLE {final}.usage_exclusions DROP PARTITION ID '${new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')}'`,
  );
  expect((await round()).finished).toEqual([day]);
  expect(await daysWithMarks()).not.toContain(day);
});

test('what is to be kept longer from now on is not derived anew from what is gone', async () => {
  const day = await finalDayOf('0000000000000065', oldestKept(LIVES, now).userUsage);
  const before = [await totals(`day = toDate(${day})`), await applications(day)];
  await round({ ...LIVES, userUsageDays: 200 });
  expect(await dayLife(writer, day)).toBe('final');
  await derive(day);
  expect([await totals(`day = toDate(${day})`), await applications(day)]).toEqual(before);
});

test('a device that is erased while a final day is derived does not come back by that', async () => {
  const erased = '0000000000000067';
  const day = await finalDayOf(erased);
  let isErased = false;
  const disturbed: ClickHouse = {
    ...writer,
    command: async (sql, parameters) => {
      await writer.command(sql, parameters);
      if (isErased || !sql.startsWith('INSERT INTO {facts}.usage_daily_staging')) return;
      isErased = true;
      for (const table of await erasableTables(writer))
        await eraseRows(writer, table, { deviceIds: [erased], epochNos: [3] });
    },
  };
  await deriveUsageDay(disturbed, day, now, 'none');
  // As the marks of the erasure have it.
  await numberApplications(writer);
  await derive(day);
  expect(await totals(`day = toDate(${day}) AND device_id = '${erased}'`)).toEqual([]);
});

test('day by day nothing goes too early, through a year', async () => {
  const every = 44;
  for (let passed = 0; passed < 396; passed += every) {
    now += every * DAY_MS;
    await rounds();
    const oldest = oldestKept(LIVES, now);
    for (const [table, kind] of TABLES)
      expect([table, await daysOf(table)]).toEqual([table, DAYS.filter((day) => day >= oldest[kind])]);
    expect(await daysWithMarks()).toEqual(DAYS.filter((day) => day >= oldest.slots));
  }
  expect(await ofDevices()).toEqual(await totals());
}, 120_000);

test('the last use is forgotten after its time, and not when its day is', async () => {
  const uses = () =>
    lines('SELECT concat(application_id, toString(last_used)) AS line FROM {facts}.application_last_uses');
  const before = now;
  now = (TODAY + LIVES.lastUsedDays) * DAY_MS;
  await rounds();
  await derive(TODAY + LIVES.lastUsedDays);
  expect((await uses()).length).toBe(1);
  now += DAY_MS;
  await rounds();
  await derive(TODAY + LIVES.lastUsedDays + 1);
  expect(await uses()).toEqual([]);
  expect(now).toBeGreaterThan(before);
});

test('evidence goes a month after the last device and the last use, and is asked for again', async () => {
  const described = () =>
    lines('SELECT toString(executable_no) AS line FROM {facts}.executables WHERE version > 0 ORDER BY line');
  // Of 3 there was only use, which is gone for long: it was noted then.
  expect(await described()).toEqual(['1', '2']);
  expect(control.undescribed(Uint32Array.of(1, 2, 3))).toHaveLength(3);
  // 2 is removed from the only device that has it.
  await writer.command(`INSERT INTO {facts}.device_inventory (epoch_no, version, ids) VALUES (1, 2, [1])`);
  control.markDirty([{ kind: 'inventory' }], now);
  await deriveInventory(writer, now, 'none');
  expect((await round()).forgotten).toBe(0);
  for (const { target, generation } of control.dirtyMarks()) control.clearDirty(target, generation);
  await round();
  now += 29 * DAY_MS;
  await round();
  expect(await described()).toEqual(['1', '2']);
  // Somebody has it again for a day: the month begins anew.
  await writer.command(`INSERT INTO {facts}.device_inventory (epoch_no, version, ids) VALUES (1, 3, [1, 2])`);
  await deriveInventory(writer, now, 'none');
  await round();
  await writer.command(`INSERT INTO {facts}.device_inventory (epoch_no, version, ids) VALUES (1, 4, [1])`);
  await deriveInventory(writer, now, 'none');
  await round();
  now += 30 * DAY_MS;
  await round();
  expect(await described()).toEqual(['1', '2']);
  now += DAY_MS;
  expect((await round()).forgotten).toBe(1);
  expect(await described()).toEqual(['1']);
  expect(await lines('SELECT toString(executable_no) AS line FROM {facts}.mappings ORDER BY line')).toEqual([
    '1',
  ]);
});

test('a clock that no device shares gives nothing up, and is named', async () => {
  await writer.command(
    `INSERT INTO {facts}.device_heads (epoch_no, sequence, received_at, composed_at)
     SELECT number + 1, 2, fromUnixTimestamp64Milli(${now}), fromUnixTimestamp64Milli(${now}) FROM numbers(3)`,
  );
  await writer.command('OPTIMIZE TABLE {facts}.device_heads FINAL');
  const before = await totals();
  const right = now;
  now += 365 * DAY_MS;
  await expect(round()).rejects.toThrow(/the clock of this machine may be ahead/);
  now = right;
  expect(await totals()).toEqual(before);
  await round();
  expect(await dayLife(writer, Math.floor(now / DAY_MS))).toBe('open');
});
