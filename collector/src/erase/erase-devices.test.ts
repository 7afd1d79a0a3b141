/** Erasing one of three devices on a real engine, killed at every step in turn. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClickHouse, connectClickHouse } from '../clickhouse/clickhouse.ts';
import { deriveCoverageWindows } from '../clickhouse/derive-coverage.ts';
import { deriveDevices } from '../clickhouse/derive-devices.ts';
import { deriveInventory } from '../clickhouse/derive-inventory.ts';
import { deriveUsageDay } from '../clickhouse/derive-usage-day.ts';
import { erasableTables } from '../clickhouse/erase-rows.ts';
import { makeFleet } from '../clickhouse/measuring-data.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { numberApplications } from '../clickhouse/number-applications.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { writerUser } from '../engine/writer-secret.ts';
import { eraseStep } from './erase-devices.ts';

const DAY = 20_000;
const NOW = (DAY + 3) * 86_400_000;
const ERASED = '0000000000000002';
let engine: EngineUnderTest;
let writer: ClickHouse;
let folder: string;

beforeAll(async () => {
  engine = await engineUnderTest();
  writer = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  await migrate(writer, () => 0);
  await makeFleet(writer, { devices: 3, executables: 20, distinct: 200, usageRows: 5, day: DAY });
  for (const table of ['coverage', 'usage_digests'])
    await writer.command(
      `INSERT INTO {facts}.${table} (day, epoch_no, run) SELECT toDate(${DAY} - number % 2), intDiv(number, 2) + 1, 1 FROM numbers(6)`,
    );
  await writer.command(
    `INSERT INTO {facts}.application_arrivals SELECT toDate(${DAY}), '00000000000000aa', leftPad(toString(number + 1), 16, '0') FROM numbers(3)`,
  );
  for (const table of ['inventory_changes', 'inventory_parts'])
    await writer.command(`INSERT INTO {facts}.${table} (epoch_no) SELECT number + 1 FROM numbers(3)`);
  await numberApplications(writer);
  await deriveDevices(writer, NOW);
  await deriveInventory(writer, NOW, 'none');
  await deriveUsageDay(writer, DAY, NOW, 'none');
  await deriveCoverageWindows(writer, NOW);
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-erase-'));
  openControl().close();
  const database = new DatabaseSync(join(folder, 'control.db'));
  for (const number of [1, 2, 3]) {
    const id = number.toString(16).padStart(16, '0');
    database.exec(`INSERT INTO devices (device_id, key_id, public_key, enrolled_at) VALUES ('${id}', '${id}', x'${id}', 1);
      INSERT INTO epochs (epoch_no, device_id, epoch_id, opened_at, owner_device_id) VALUES (${number}, '${id}', x'${id}', 1, '${id}');
      INSERT INTO quarantine (reason, detail, device_id, "offset", sequence, bytes, at) VALUES ('record-undecodable', '', '${id}', 1, 1, x'00', 1);
      INSERT INTO directives VALUES ('${id}', x'', 'resync', x'', 1, 1)`);
  }
  database.close();
});
afterAll(async () => {
  await writer?.close();
  await engine?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const openControl = () => new SqliteControlStore({ path: join(folder, 'control.db') });

/** Rows of each device in each table that may have any. */
async function held(): Promise<Record<string, number[]>> {
  const counts: Record<string, number[]> = {};
  for (const { table, columns } of await erasableTables(writer)) {
    const [column = ''] = columns;
    const as = column === 'device_id' ? (n: number) => `'${n.toString(16).padStart(16, '0')}'` : String;
    const rows = await writer.rows<{ counts: string[] }>(
      `SELECT [${[1, 2, 3].map((n) => `countIf(${column} = ${as(n)})`).join(', ')}] AS counts FROM ${table}`,
    );
    counts[table] = (rows[0]?.counts ?? []).map(Number);
  }
  return counts;
}

test('after a crash at any step nothing of it is left, everything of the others is, and its days are derived', async () => {
  const before = await held();
  expect(Object.keys(before).length).toBeGreaterThanOrEqual(10);
  for (const counts of Object.values(before)) expect(new Set(counts).size).toBe(1);
  // Of every table something can be found missing.
  expect(Object.entries(before).filter(([, [count]]) => count === 0)).toEqual([]);

  let control = openControl();
  expect(control.lives.erasures.request('00000000000000ff', NOW)).toBe(false);
  expect(control.lives.erasures.request(ERASED, NOW)).toBe(true);
  expect(control.lives.erasures.isErased(ERASED)).toBe(true);
  let crashes = 0;
  let settled = 0;
  const phases = new Set<string>();
  for (let step = 0; control.lives.erasures.get(ERASED)?.phase !== 'deriving'; step++) {
    // The process dies at its n-th word to the engine, and another one begins.
    let left = step;
    const dying = (work: 'command' | 'rows') => async (sql: string, parameters?: Record<string, unknown>) => {
      if (left-- === 0) throw new Error('killed');
      return await writer[work](sql, parameters);
    };
    const clickhouse = { ...writer, command: dying('command'), rows: dying('rows') } as ClickHouse;
    control.close();
    control = openControl();
    phases.add(control.lives.erasures.get(ERASED)?.phase ?? '');
    await eraseStep({
      clickhouse,
      control,
      log: pino({ level: 'silent' }),
      now: () => NOW,
      settled: async () => {
        settled++;
      },
      onDeleted: () => {},
      onDone: () => {},
    }).catch(() => crashes++);
  }
  console.log(`${crashes} crashes`);
  expect(crashes).toBeGreaterThan(5);
  expect(settled).toBeGreaterThan(0);
  expect([...phases]).toEqual(['requested', 'deleting']);

  const after = await held();
  for (const [table, [one, two, three]] of Object.entries(after)) {
    expect([table, two]).toEqual([table, 0]);
    expect([table, one, three]).toEqual([table, before[table]?.[0], before[table]?.[2]]);
  }
  expect(control.quarantinedFrom(ERASED, 10)).toEqual([]);
  expect(control.quarantineCounts()).toEqual([{ reason: 'record-undecodable', count: 2 }]);
  expect(control.lives.erasures.epochsOf(ERASED)).toEqual([2]);
  // An audit must not find them lost, and write them again.
  expect(control.epochs.between(1, 9).map(({ epochNo }) => epochNo)).toEqual([1, 3]);
  const marked = control.dirtyMarks();
  expect(marked.map(({ target }) => target)).toEqual(
    expect.arrayContaining([
      { kind: 'inventory' },
      { kind: 'usage-day', day: DAY },
      { kind: 'usage-day', day: DAY - 1 },
    ]),
  );

  // Done when these marks are gone, also when a living device has set one of them again.
  const options = {
    clickhouse: writer,
    control,
    log: pino({ level: 'silent' }),
    now: () => NOW,
    settled: async () => {},
    onDeleted: () => {},
    onDone: () => {},
  };
  await eraseStep(options);
  expect(control.lives.erasures.get(ERASED)?.phase).toBe('deriving');
  for (const { target, generation } of marked) control.clearDirty(target, generation);
  control.markDirty([{ kind: 'usage-day', day: DAY }], NOW + 1);
  await eraseStep(options);
  expect(control.lives.erasures.get(ERASED)).toMatchObject({ phase: 'done', days: [] });
  control.close();
});
