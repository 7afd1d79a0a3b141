/** A control store that is older than the tables, on a real engine: no number gets a second meaning. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClickHouse, connectClickHouse } from '../clickhouse/clickhouse.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { receiverOf } from '../control/receiver-of.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { writerUser } from '../engine/writer-secret.ts';
import { adoptNumbers } from './adopt-numbers.ts';

const NOW = 20_000 * 86_400_000;
let engine: EngineUnderTest;
let writer: ClickHouse;
let folder: string;
beforeAll(async () => {
  engine = await engineUnderTest();
  writer = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  await migrate(writer, () => 0);
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-adopt-'));
});
afterAll(async () => {
  await writer?.close();
  await engine?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const idOf = (number: number): bigint => 0xabc0_0000_0000_0000n + BigInt(number);
const hex = (id: bigint): string => id.toString(16).padStart(16, '0');
const bytesOf = (...ids: bigint[]): Buffer =>
  Buffer.concat(ids.map((id) => Buffer.from(hex(id), 'hex').reverse()));

test('numbers of the tables are taken up once, gaps are used up, and what nobody described is asked for', async () => {
  let control = new SqliteControlStore({ path: join(folder, 'control.db') });
  const options = () => ({ clickhouse: writer, control, log: pino({ level: 'silent' }), now: () => NOW });
  // Nothing is ahead of anything.
  await adoptNumbers(options());
  expect(control.dirtyMarks()).toEqual([]);
  const device = '00000000000000d1';
  control.internExecutables(bytesOf(idOf(1), idOf(2)));
  expect(control.epochs.open(device, new Uint8Array(16).fill(1), undefined, NOW).epochNo).toBe(1);

  // The tables: executables 1 to 7 without 5; 6 is another name for 2; 7 was never described. Epochs up to 9.
  const row = (no: number, id: bigint, version: number): string => `(${no}, ${id}, ${version})`;
  await writer.command(`INSERT INTO {facts}.executables (executable_no, executable_id64, version) VALUES
    ${[1, 2, 3, 4].map((no) => row(no, idOf(no), 1)).join(', ')}, ${row(4, idOf(4), 0)}, ${row(6, idOf(2), 1)}, ${row(7, idOf(7), 0)}`);
  await writer.command(`INSERT INTO {facts}.epochs (epoch_no, device_id64) VALUES (1, 209), (9, 209)`);
  await writer.command(
    `INSERT INTO {facts}.device_inventory (epoch_no, version, ids) VALUES (9, 1, [1, 3, 7])`,
  );
  await adoptNumbers(options());
  expect(control.executableCount()).toBe(7);
  const check = () => {
    const { numbers, created } = control.internExecutables(
      bytesOf(idOf(4), idOf(3), idOf(7), idOf(2), idOf(1)),
    );
    expect([[...numbers], created]).toEqual([[4, 3, 7, 2, 1], []]);
    // 5 and 6 belong to nobody.
    expect(control.undescribed(Uint32Array.of(3, 4, 5, 6, 7))).toEqual([2, 3, 4]);
  };
  check();
  expect([...control.internExecutables(bytesOf(idOf(8))).numbers]).toEqual([8]);
  expect(control.epochs.open(device, new Uint8Array(16).fill(2), undefined, NOW).epochNo).toBe(10);
  const receiver = receiverOf(control);
  expect(receiver.evidenceWantedFrom(device, 10)).toEqual([{ executableId: hex(idOf(7)), executableNo: 7 }]);
  await receiver.close();
  expect(control.dirtyMarks()).toHaveLength(37);

  // Also after a restart; and once is enough.
  control.close();
  control = new SqliteControlStore({ path: join(folder, 'control.db') });
  check();
  for (const { target, generation } of control.dirtyMarks()) control.clearDirty(target, generation);
  await adoptNumbers(options());
  expect(control.dirtyMarks()).toEqual([]);
  expect(control.epochs.open(device, new Uint8Array(16).fill(3), undefined, NOW).epochNo).toBe(11);
  control.close();
});

test('a control store that is new takes up all of it', async () => {
  const control = new SqliteControlStore({ path: join(folder, 'new.db') });
  await adoptNumbers({ clickhouse: writer, control, log: pino({ level: 'silent' }), now: () => NOW });
  expect(control.executableCount()).toBe(7);
  expect(control.epochs.open('00000000000000d1', new Uint8Array(16).fill(1), undefined, NOW).epochNo).toBe(
    10,
  );
  control.close();
});
