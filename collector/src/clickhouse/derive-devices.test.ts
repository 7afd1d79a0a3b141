/** Who is in the fleet: every state of a device from its reports, the registry and the time, on a real engine. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeviceLife } from '../control/device-lives.ts';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { writerUser } from '../engine/writer-secret.ts';
import { type ClickHouse, connectClickHouse } from './clickhouse.ts';
import { deriveDevices, readCountedMark } from './derive-devices.ts';
import { migrate } from './migrate.ts';
import { writeDeviceRegistry } from './write-device-registry.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 24);
let engine: EngineUnderTest;
let writer: ClickHouse;

beforeAll(async () => {
  engine = await engineUnderTest();
  writer = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  await migrate(writer, () => 0);
});
afterAll(async () => {
  await writer?.close();
  await engine?.remove();
});

const idOf = (number: number) => number.toString(16).padStart(16, '0');
const life = (number: number, changes: Partial<DeviceLife> = {}): DeviceLife => ({
  change: 1,
  deviceId: idOf(number),
  group: 'office',
  ephemeral: false,
  revoked: false,
  supersededBy: undefined,
  supersededAt: undefined,
  erased: false,
  ...changes,
});
async function report(number: number, at: number, sequence = 1, ephemeral = 2): Promise<void> {
  await writer.command(
    `INSERT INTO {facts}.epochs (epoch_no, device_id64, parent_epoch_no, opened_at) VALUES (${number}, ${number}, 0, fromUnixTimestamp64Milli(${at}))`,
  );
  await writer.command(`INSERT INTO {facts}.device_heads (epoch_no, sequence, received_at)
    VALUES (${number}, ${sequence}, fromUnixTimestamp64Milli(${at}))`);
  await writer.command(`INSERT INTO {facts}.host_facts (device_id64, version, hostname, ephemeral)
    VALUES (${number}, ${at}, 'pc-${number}', ${ephemeral})`);
}
async function states(at: number): Promise<Record<string, string>> {
  await deriveDevices(writer, at);
  const rows = await writer.rows<{ hostname: string; state: string }>(
    'SELECT hostname, state FROM {final}.devices',
  );
  return Object.fromEntries(rows.map(({ hostname, state }) => [hostname, state]));
}

test('silence, the token, the host and the administrator decide, and a report brings a device back', async () => {
  for (const [number, days] of [
    [1, 29.99],
    [2, 30],
    [3, 90],
    [4, 0.9],
    [5, 1],
    [7, 0],
    [8, 2],
    [9, 0],
  ] as const)
    await report(number, NOW - days * DAY);
  await report(6, NOW, 1, 1);
  await writeDeviceRegistry(
    writer,
    [
      life(4, { ephemeral: true }),
      life(5, { ephemeral: true }),
      life(7, { revoked: true }),
      life(8, { supersededBy: idOf(1), supersededAt: NOW - DAY }),
      life(9, { erased: true }),
    ],
    1,
  );
  expect(await states(NOW)).toEqual({
    'pc-1': 'active',
    'pc-2': 'stale',
    'pc-3': 'archived',
    'pc-4': 'ephemeral',
    'pc-5': 'archived',
    'pc-6': 'ephemeral',
    'pc-7': 'revoked',
    'pc-8': 'superseded',
  });
  const counted = await readCountedMark(writer);
  const current = await writer.rows<{ epoch_no: number }>(
    'SELECT epoch_no FROM {facts}.current_epochs ORDER BY epoch_no',
  );
  // 9 is erased: its epoch goes in the same round, before anything is counted.
  expect(current.map(({ epoch_no }) => epoch_no)).toEqual([1, 2, 4, 6, 9]);

  for (const number of [2, 3, 5, 8]) await report(number, NOW, 2);
  await writeDeviceRegistry(writer, [life(7)], 2);
  expect(await states(NOW + 1000)).toMatchObject({
    'pc-2': 'active',
    'pc-3': 'active',
    'pc-5': 'ephemeral',
    'pc-7': 'active',
    'pc-8': 'active',
  });
  expect(await readCountedMark(writer)).not.toBe(counted);
});

test('the views say state, group and successor', async () => {
  const [row] = await writer.rows(
    'SELECT group, state, superseded_by FROM {final}.devices WHERE hostname = {name:String}',
    { name: 'pc-8' },
  );
  expect(row).toEqual({ group: 'office', state: 'active', superseded_by: idOf(1) });
});
