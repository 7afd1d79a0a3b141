/** The views as people use them: joined with each other, by a reader, on a real engine. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { writerUser } from '../engine/writer-secret.ts';
import { type ClickHouse, connectClickHouse } from './clickhouse.ts';
import { migrate } from './migrate.ts';
import { migrationFiles } from './schema-statements.ts';

let engine: EngineUnderTest;
let writer: ClickHouse;
let reader: ClickHouse;

beforeAll(async () => {
  engine = await engineUnderTest();
  writer = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  reader = connectClickHouse({ url: engine.url, username: 'default', password: '' });
  await migrate(writer, () => 0);
});

afterAll(async () => {
  await writer?.close();
  await reader?.close();
  await engine?.remove();
});

const KEYS: Record<string, readonly string[]> = {
  devices: ['device_id'],
  applications: ['application_id'],
  executables: ['executable_id', 'application_id'],
  executables_seen: ['executable_id', 'application_id'],
  installations: ['device_id', 'executable_id', 'application_id'],
  usage_daily: ['device_id', 'application_id'],
  device_usage_daily: ['device_id', 'application_id'],
  application_devices: ['device_id', 'application_id'],
  application_usage_daily: ['application_id'],
  application_concurrency_daily: ['application_id'],
  usage_exclusions: ['application_id'],
  application_last_used: ['device_id', 'application_id'],
};

test('every two views join on every id they share', async () => {
  let joins = 0;
  for (const [left, keys] of Object.entries(KEYS)) {
    for (const right of Object.keys(KEYS).filter((name) => name !== left)) {
      for (const key of keys.filter((name) => KEYS[right]?.includes(name))) {
        const joined = `fleetmeter.${left} AS a INNER JOIN fleetmeter.${right} AS b ON a.${key} = b.${key}`;
        await expect(
          reader.rows(`SELECT k, c FROM (SELECT a.${key} AS k, count() AS c FROM ${joined} GROUP BY k)`),
        ).resolves.toEqual([]);
        joins++;
      }
    }
  }
  expect(joins).toBeGreaterThan(25);
});

test('every column of every view and table that people ask has a comment', async () => {
  const rows = await writer.rows<{ table: string; name: string }>(
    `SELECT table, name FROM system.columns WHERE database IN ('fleetmeter', 'fleetmeter_facts', 'fleetmeter_person') AND comment = ''
     AND table NOT IN ('current_epochs', 'newest_epochs', 'current_inventory', 'described_executables', 'application_uses', 'hidden_applications')
      AND table NOT IN (SELECT name FROM system.tables WHERE engine = 'Dictionary')`,
  );
  expect(rows).toEqual([]);
});

test('no column of what readers may ask speaks of users, but for how many launches and people there were', async () => {
  const rows = await writer.rows(
    `SELECT table, name FROM system.columns WHERE database = 'fleetmeter' AND name ILIKE '%user%' AND name NOT IN ('launches_by_user', 'users', 'peak_users')`,
  );
  expect(rows).toEqual([]);
});

test('migrating again changes nothing', async () => {
  expect(await migrate(writer, () => 0)).toEqual([]);
  const [noted] = await writer.rows<{ files: number }>(
    'SELECT toUInt32(count()) AS files FROM {facts}.migrations FINAL',
  );
  expect(noted?.files).toBe(migrationFiles().length);
});
