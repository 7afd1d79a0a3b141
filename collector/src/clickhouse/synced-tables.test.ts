/** What the tables hold outlives a power cut: the stream is trimmed once they have it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { writerUser } from '../engine/writer-secret.ts';
import { connectClickHouse } from './clickhouse.ts';
import { migrate } from './migrate.ts';

/** Filled anew by each derivation or dry run, which is done again after a crash. */
const SCRATCH = [
  'application_epochs',
  'application_numbers',
  'application_of_executable',
  'usage_concerns',
  'usage_trial',
];

let engine: EngineUnderTest;
beforeAll(async () => {
  engine = await engineUnderTest({});
});
afterAll(async () => await engine?.remove());

test('every table that keeps anything syncs what is inserted, and its folder', async () => {
  const clickhouse = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  try {
    await migrate(clickhouse, () => 0);
    const tables = await clickhouse.rows<{ name: string; engine: string; definition: string }>(
      `SELECT name, engine, create_table_query AS definition FROM system.tables
       WHERE database LIKE 'fleetmeter%' AND engine NOT IN ('View', 'Dictionary', 'MaterializedView')`,
    );
    const unsynced = tables
      .filter((table) => !/fsync_after_insert = 1/.test(table.definition))
      .concat(tables.filter((table) => !/fsync_part_directory = 1/.test(table.definition)))
      .map(({ name }) => name);
    expect([...new Set(unsynced)].sort()).toEqual(SCRATCH);
    expect(tables.length).toBeGreaterThan(SCRATCH.length + 15);
  } finally {
    await clickhouse.close();
  }
});
