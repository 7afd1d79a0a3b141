/** Totals are derived anew by the command line, beside a job and an engine that really run. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ClickHouse, connectClickHouse } from '../clickhouse/clickhouse.ts';
import { deriveDevices } from '../clickhouse/derive-devices.ts';
import { makeFleet } from '../clickhouse/measuring-data.ts';
import { migrate } from '../clickhouse/migrate.ts';
import type { RepeatedJob } from '../clock/repeated-job.ts';
import type { DirtyTarget } from '../control/contract/dirty-targets.ts';
import { type DataFolderLock, lockDataFolder } from '../control/data-folder-lock.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { writerUser } from '../engine/writer-secret.ts';
import { OneAtATime } from '../recompute/one-at-a-time.ts';
import { startRebuild } from '../recompute/rebuild.ts';
import type { RecomputeOptions } from '../recompute/recompute.ts';
import { runCommand } from '../settings/fixtures/run-command.ts';

const TODAY = 20_003;
const NOW = TODAY * 86_400_000 + 1;
const DAYS = [TODAY, TODAY - 1, TODAY - 2, TODAY - 3];
const DEVICES = 40;
let dataDir: string;
let engine: EngineUnderTest;
let clickhouse: ClickHouse;
let control: SqliteControlStore;
let lock: DataFolderLock;
let rebuild: RepeatedJob | undefined;
const derived: DirtyTarget[] = [];
let failures = 0;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'fleetmeter-rebuild-'));
  mkdirSync(join(dataDir, 'collector'));
  lock = lockDataFolder(join(dataDir, 'collector'));
  engine = await engineUnderTest();
  clickhouse = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  await migrate(clickhouse, () => NOW);
  control = new SqliteControlStore({ path: join(dataDir, 'collector/control.db') });
  for (const day of DAYS)
    await makeFleet(clickhouse, { devices: DEVICES, executables: 20, distinct: 200, usageRows: 5, day });
  await deriveDevices(clickhouse, NOW);
  start();
});
afterAll(async () => {
  await rebuild?.close();
  control?.close();
  lock?.release();
  await clickhouse?.close();
  await engine?.remove();
  rmSync(dataDir, { recursive: true, force: true });
});

function start(onDerived: () => void = () => {}): void {
  const deriving = new OneAtATime();
  const recompute: RecomputeOptions = {
    ...{ clickhouse, control, deriving, log: pino({ level: 'silent' }), now: () => NOW },
    catalogueVersion: () => 'none',
    held: () => false,
    ...{ timePercent: 100, intervalMs: 1_000, supersedeAfterMs: 1_000 },
    holdLimits: { leastDevices: 3, leastPercent: 0.5 },
    onHeld: () => {},
    onSuperseding: () => {},
    onDerived: (target) => {
      derived.push(target);
      onDerived();
    },
    onFailed: () => failures++,
  };
  rebuild = startRebuild({ recompute, deriving });
}

const run = (...args: string[]) => runCommand(dataDir, ['rebuild', ...args], NOW);

/** Of every total, by what it says and not by when it was derived. */
async function totals(): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (const [table, columns] of [
    ['{final}.usage_daily', '* EXCEPT (computed_at)'],
    ['{final}.application_usage_daily', '* EXCEPT (computed_at)'],
    ['{facts}.executable_devices', '* EXCEPT (computed_at)'],
    ['{facts}.application_devices', '* EXCEPT (computed_at, device_bitmap), bitmapToArray(device_bitmap)'],
  ])
    rows.push(
      ...(await clickhouse.rows(
        `SELECT '${table}' AS t, count() AS n, sum(cityHash64(*)) AS hash FROM (SELECT ${columns} FROM ${table})`,
      )),
    );
  return rows;
}

test('everything is derived from facts, and readers never see a day without rows while it is derived again', async () => {
  const { said } = await run('--all', '--percent', '100');
  expect(said.at(-1)).toMatch(/^rebuild 1 is done: 5 derived$/);
  expect(derived.map((target) => (target.kind === 'inventory' ? 0 : target.day))).toEqual([0, ...DAYS]);
  expect(control.dirtyMarks().map(({ target }) => target)).toEqual([]);
  const right = await totals();
  const [{ n }] = (await clickhouse.rows<{ n: string }>('SELECT count() AS n FROM {final}.usage_daily')) as [
    { n: string },
  ];
  expect(Number(n)).toBeGreaterThan(4 * DEVICES);

  // What a fault, or a person, left behind.
  await clickhouse.command(
    'ALTER TABLE {final}.usage_daily UPDATE seconds = seconds + 7 WHERE day = toDate({day:UInt16}) SETTINGS mutations_sync = 2',
    { day: TODAY },
  );
  await clickhouse.command(
    `ALTER TABLE {final}.application_usage_daily UPDATE launches = 1 WHERE 1 SETTINGS mutations_sync = 2`,
  );
  await clickhouse.command(
    `ALTER TABLE {facts}.executable_devices DELETE WHERE 1 SETTINGS mutations_sync = 2`,
  );
  expect(await totals()).not.toEqual(right);
  let looks = 0;
  let over = false;
  const looking = (async () => {
    const seen = new Set<string>();
    for (; !over; looks++)
      for (const row of await clickhouse.rows<{ n: string }>(
        'SELECT count() AS n FROM {final}.usage_daily WHERE day = toDate({day:UInt16})',
        { day: TODAY },
      ))
        seen.add(row.n);
    return [...seen];
  })();
  await run('--inventory', '--days', '2024-10-04..2024-10-07', '--percent', '100');
  over = true;
  expect((await looking).length).toBe(1);
  console.log(`${looks} looks during a rebuild`);
  expect(looks).toBeGreaterThan(3);
  expect(await totals()).toEqual(right);
});

test('days without facts are named and left alone', async () => {
  const { printed } = await run('--days', '2024-10-01..2024-10-04', '--json');
  expect(JSON.parse(printed)).toMatchObject({
    state: 'done',
    done: 1,
    skippedDays: ['2024-10-03', '2024-10-02', '2024-10-01'],
  });
});

test('what is interrupted goes on at the next start, and repeats at most the derivation in hand', async () => {
  derived.length = 0;
  await rebuild?.close();
  let closing: Promise<void> | undefined;
  start(() => {
    closing ??= rebuild?.close();
  });
  const done = run('--all', '--percent', '100');
  await vi.waitUntil(() => closing !== undefined, { timeout: 20_000 });
  await closing;
  expect(derived).toHaveLength(1);
  start();
  await done;
  expect(derived.length).toBeGreaterThanOrEqual(5);
  expect(derived.length).toBeLessThanOrEqual(6);
});

test('a rebuild that is stopped ends, one at a time is under way, and faults are said in words', async () => {
  await run('--all', '--percent', '1', '--no-wait');
  await expect(run('--all')).rejects.toThrow(/^rebuild \d+ by .* is under way; wait for it, or end it/);
  await vi.waitUntil(() => control.operations.oldestOpen('rebuild')?.state === 'running', {
    timeout: 20_000,
  });
  expect(JSON.parse((await run('stop', '--json')).printed)).toMatchObject({ state: 'stopped' });
  expect((await run('status')).said.join()).toMatch(/is stopped: \d derived/);
  await expect(run('stop')).rejects.toThrow('no rebuild is under way');
  await expect(run()).rejects.toThrow('say what: --days a..b, --inventory or --all');
  await expect(run('--days', '2026-02-30')).rejects.toThrow('--days takes a UTC day like 2026-11-24');
  await expect(run('--days', '2026-02-03..2026-02-01')).rejects.toThrow('is after');
  await expect(run('--days', '2020-02-03..2026-02-01')).rejects.toThrow('at most 1500 days');
  expect(failures).toBe(0);
});
