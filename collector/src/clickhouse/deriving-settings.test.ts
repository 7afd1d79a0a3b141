import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { writerUser } from '../engine/writer-secret.ts';
import { connectClickHouse } from './clickhouse.ts';
import { derivingMemoryBytes, derivingSettings } from './deriving-settings.ts';
import { migrate } from './migrate.ts';
import { swapPartition } from './swap-partition.ts';

let engine: EngineUnderTest;
beforeAll(async () => {
  engine = await engineUnderTest({ memoryMib: 1536 });
});
afterAll(async () => await engine?.remove());

test('a derivation takes two fifths of the engine and groups on disk before that', () => {
  expect(derivingMemoryBytes(10_000)).toBe(4_194_304_000);
  expect(derivingMemoryBytes(512)).toBe(214_748_364);
  expect(derivingSettings(800)).toContain('max_memory_usage = 800, max_bytes_before_external_group_by = 300');
});

/** Several million groups are some hundred megabytes. */
const GROUPS = 8_000_000;

test('what a derivation may take counts: with little it groups on disk, and a list beyond it is refused', async () => {
  const address = { url: engine.url, username: writerUser, password: engine.secret };
  const clickhouse = connectClickHouse({ ...address, derivingMemoryBytes: derivingMemoryBytes(1024) });
  try {
    await migrate(clickhouse, () => 0);
    const swap = { table: '{facts}.executable_devices', staging: '{facts}.executable_devices_staging' };
    const derive = (select: string) =>
      swapPartition(clickhouse, { ...swap, partition: 'tuple()', select, parameters: {} });
    const numbers = `SELECT number AS executable_no FROM numbers(${GROUPS})`;
    await derive(
      `SELECT executable_no, count() AS devices, toDateTime64(0, 3, 'UTC') FROM (${numbers}) GROUP BY executable_no`,
    );
    const [row] = await clickhouse.rows<{ rows: string }>(
      'SELECT count() AS rows FROM {facts}.executable_devices',
    );
    expect(Number(row?.rows)).toBe(GROUPS);
    const kept = `SELECT groupArray(repeat('x', 100)) AS kept FROM numbers(${GROUPS})`;
    await expect(derive(`SELECT 1, length(kept), toDateTime64(0, 3, 'UTC') FROM (${kept})`)).rejects.toThrow(
      /memory limit exceeded/i,
    );
    const [after] = await clickhouse.rows<{ rows: string }>(
      'SELECT count() AS rows FROM {facts}.executable_devices',
    );
    expect(Number(after?.rows)).toBe(GROUPS);
  } finally {
    await clickhouse.close();
  }
});
