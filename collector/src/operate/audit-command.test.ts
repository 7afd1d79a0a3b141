/** An audit that is asked for by the command line, beside an engine whose totals somebody changes behind its back. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Audit, startAudit } from '../audit/audit.ts';
import { NO_CATALOGUE } from '../catalogue/catalogue-in-force.ts';
import { type ClickHouse, connectClickHouse } from '../clickhouse/clickhouse.ts';
import { COMPARED } from '../clickhouse/compare-totals.ts';
import { deriveDevices } from '../clickhouse/derive-devices.ts';
import { deriveInventory } from '../clickhouse/derive-inventory.ts';
import { deriveUsageDay } from '../clickhouse/derive-usage-day.ts';
import { makeFleet } from '../clickhouse/measuring-data.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { numberApplications } from '../clickhouse/number-applications.ts';
import { type DataFolderLock, lockDataFolder } from '../control/data-folder-lock.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { writerUser } from '../engine/writer-secret.ts';
import { EpochHeadCache } from '../process/epoch-head-cache.ts';
import { OneAtATime } from '../recompute/one-at-a-time.ts';
import { runCommand } from '../settings/fixtures/run-command.ts';

const TODAY = 20_003;
const NOW = TODAY * 86_400_000 + 1;
const DEVICES = 30;
let dataDir: string;
let engine: EngineUnderTest;
let clickhouse: ClickHouse;
let control: SqliteControlStore;
let lock: DataFolderLock;
let audit: Audit;
/** What the processor does while the audit waits for it. */
let settled = async () => {};
let unsure = false;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'fleetmeter-audit-now-'));
  mkdirSync(join(dataDir, 'collector'));
  lock = lockDataFolder(join(dataDir, 'collector'));
  engine = await engineUnderTest();
  clickhouse = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  await migrate(clickhouse, () => NOW);
  control = new SqliteControlStore({ path: join(dataDir, 'collector/control.db') });
  for (const day of [TODAY, TODAY - 2])
    await makeFleet(clickhouse, { devices: DEVICES, executables: 20, distinct: 200, usageRows: 5, day });
  // Some of it is licensed by concurrency.
  await clickhouse.command(
    'ALTER TABLE {facts}.usage UPDATE slot_order = 2 WHERE executable_no <= 50 SETTINGS mutations_sync = 2',
  );
  await deriveDevices(clickhouse, NOW);
  await deriveAll();
  audit = startAudit({
    ...{ clickhouse, control, heads: new EpochHeadCache(10), log: pino({ level: 'silent' }), now: () => NOW },
    inForce: () => NO_CATALOGUE,
    remapping: () => false,
    totals: {
      deriving: new OneAtATime(),
      catalogueVersion: () => 'none',
      settled: () => settled(),
      unsure: () => unsure,
    },
    ...{ intervalMs: 3_600_000, timePercent: 10, onFinished: () => {}, onFailed: () => {} },
  });
});
afterAll(async () => {
  await audit?.close();
  control?.close();
  lock?.release();
  await clickhouse?.close();
  await engine?.remove();
  rmSync(dataDir, { recursive: true, force: true });
});

async function deriveAll(): Promise<void> {
  await numberApplications(clickhouse);
  await deriveInventory(clickhouse, NOW, 'none');
  // A day without any use as well.
  for (const day of [TODAY, TODAY - 1, TODAY - 2]) await deriveUsageDay(clickhouse, day, NOW, 'none');
  for (const { target, generation } of control.dirtyMarks()) control.clearDirty(target, generation);
}

const run = (...args: string[]) => runCommand(dataDir, ['audit', '--percent', '100', ...args], NOW);
async function auditNow() {
  const { printed, failed } = await run('--now', '--json');
  return { failed, ...JSON.parse(printed) };
}

test('totals that equal facts are compared, all of them, and the exit code is 0', async () => {
  const began = performance.now();
  const found = await auditNow();
  console.log(`an audit of everything took ${Math.round(performance.now() - began)} ms`);
  expect(found).toMatchObject({ failed: false, wrong: false });
  // The inventory, seven days and the newest uses.
  expect(found.totals).toMatchObject({ compared: 9, waiting: 0, differing: 0, rows: 0, examples: [] });
  expect((await run()).printed).toMatch(
    /all is as it was told\n.*totals {2}9 derived once more and compared/s,
  );
});

const CHANGES: [table: string, change: string, where: string][] = [
  ['{final}.usage_daily', 'seconds = seconds + 1', 'day = toDate({day:UInt16})'],
  ['{final}.application_usage_daily', 'devices_used = 1', 'day = toDate({day:UInt16})'],
  ['{final}.application_concurrency_daily', 'devices_used = 1', 'day = toDate({day:UInt16})'],
  ['{facts}.executable_devices', 'devices = devices + 1', '1'],
  ['{facts}.application_devices', "name = 'somebody else'", '1'],
  ['{facts}.application_last_uses', 'publisher = lower(application)', '1'],
];

test('what was changed behind its back is found in every table, named, and derived again', async () => {
  for (const [table, change, where] of CHANGES)
    await clickhouse.command(
      `ALTER TABLE ${table} UPDATE ${change} WHERE ${where} SETTINGS mutations_sync = 2`,
      { day: TODAY - 2 },
    );
  const found = await auditNow();
  expect(found).toMatchObject({ failed: true, wrong: true });
  for (const [table] of CHANGES) {
    const name = table.slice(table.indexOf('.') + 1);
    expect(found.totals.examples).toContainEqual(
      expect.stringMatching(new RegExp(`^${name}( of .*)?: \\d+ rows$`)),
    );
  }
  // The day, the inventory, the newest uses; and today, which says what the inventory calls an application.
  expect(found.totals.differing).toBe(4);
  expect((await run()).printed).toMatch(/something is wrong.*facts say: .*what differs is derived again/s);
  expect(control.dirtyMarks().map(({ target }) => target)).toEqual(
    expect.arrayContaining([{ kind: 'inventory' }, { kind: 'usage-day', day: TODAY - 2 }]),
  );
  await deriveAll();
});

test('rows that are gone, and rows that nothing stands for, are found', async () => {
  await clickhouse.command(
    'ALTER TABLE {final}.usage_daily DELETE WHERE day = toDate({day:UInt16}) AND rand() % 2 = 0 SETTINGS mutations_sync = 2',
    { day: TODAY - 2 },
  );
  await clickhouse.command(
    `INSERT INTO {facts}.application_devices
     SELECT 'ff', '1', 'never there', '', 1, 1, 1, groupBitmapState(toUInt32(1)), 'none', now64(3)`,
  );
  const { totals } = await auditNow();
  expect(totals.examples).toContainEqual(expect.stringMatching(/^usage_daily of 2024-10-05: \d+ rows$/));
  expect(totals.examples.join()).toContain('in place: ff 1 never there');
  await deriveAll();
});

test('what waits to be derived, or whose facts may be half written, is not judged', async () => {
  await clickhouse.command(
    `INSERT INTO {facts}.usage SELECT * REPLACE (launches_user + 5 AS launches_user) FROM {facts}.usage LIMIT 5`,
  );
  // Facts are there before their mark: the range that wrote them is through once it is waited for.
  settled = async () => {
    control.markDirty(
      [TODAY, TODAY - 2].map((day) => ({ kind: 'usage-day', day })),
      NOW,
    );
  };
  const found = await auditNow();
  expect(found.wrong).toBe(false);
  expect(found.totals.waiting).toBeGreaterThan(0);
  settled = async () => {};
  await deriveAll();
  unsure = true;
  expect((await auditNow()).totals).toMatchObject({ compared: 0, waiting: 9 });
  unsure = false;
  expect((await auditNow()).totals).toMatchObject({ compared: 9, differing: 0 });
});

test('what is compared is all that the tables say', async () => {
  const whenOrBy = new Set(['computed_at', 'catalogue_version', 'day']);
  for (const { table, key, values } of Object.values(COMPARED)) {
    const [database, name] = table.split('.');
    const rows = await clickhouse.rows<{ column: string }>(
      `SELECT name AS column FROM system.columns WHERE database = '${database}' AND table = '${name}'`,
    );
    const said = [...key, ...values].join(' ');
    expect(rows.length).toBeGreaterThan(1);
    for (const { column } of rows)
      if (!whenOrBy.has(column)) expect(said, `${table}.${column}`).toMatch(new RegExp(`\\b${column}\\b`));
  }
});

test('without a collector nothing can be looked at, and it is said', async () => {
  lock.release();
  await expect(run('--now')).rejects.toThrow('no collector is running in this folder');
  lock = lockDataFolder(join(dataDir, 'collector'));
});
