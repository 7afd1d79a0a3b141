import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SqliteControlStore } from './sqlite-control-store.ts';
import { startWalCheckpoints } from './wal-checkpoints.ts';

let folder: string;
let path: string;
let store: SqliteControlStore;
let stop: (() => Promise<void>) | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-wal-'));
  path = join(folder, 'control.db');
  store = new SqliteControlStore({ path });
});
afterEach(async () => {
  await stop?.();
  stop = undefined;
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const idsOf = (count: number, first: number): Buffer => {
  const ids = Buffer.alloc(count * 8);
  for (let index = 0; index < count; index++) ids.writeUInt32LE(first + index, index * 8);
  return ids;
};
/** Some eight megabytes of log. */
const write = (round: number): void => {
  for (let at = 0; at < 300; at++)
    store.allocating(() => store.internExecutables(idsOf(1_000, (round * 300 + at) * 1_000 + 1)));
};
const quiet = { info: () => undefined, warn: () => undefined };

test('the log is moved into the file while the store goes on, and begins anew', async () => {
  write(0);
  const [log, file] = [statSync(`${path}-wal`).size, statSync(path).size];
  let whole = 0;
  stop = startWalCheckpoints({
    ...{ path, log: quiet, everyMs: 20 },
    onCheckpoint: (outcome) => {
      if (outcome === 'whole') whole++;
    },
  });
  await expect.poll(() => whole, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(statSync(path).size).toBeGreaterThan(file);
  for (const round of [1, 2]) {
    const before = whole;
    write(round);
    await expect.poll(() => whole, { timeout: 10_000 }).toBeGreaterThan(before);
    await sleep(200);
  }
  // Three times as much was written, and found its room in the same log.
  expect(statSync(`${path}-wal`).size).toBeLessThan(2 * log);
  const other = new DatabaseSync(path);
  expect(other.prepare('SELECT count(*) AS n FROM executable_numbers').get()).toEqual({ n: 900 });
  other.close();
});

test('the store itself does not move a log of usual length', () => {
  const before = statSync(path).size;
  write(0);
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(1_000 * 4_096);
  expect(statSync(path).size).toBe(before);
});

test('what keeps it from moving the log is said once, and that it is over', async () => {
  const said: string[] = [];
  const log = {
    warn: (facts: { error: string }) => said.push(facts.error),
    info: () => said.push('over'),
  } as unknown as typeof quiet;
  const gone = join(folder, 'not-yet', 'control.db');
  stop = startWalCheckpoints({ path: gone, log, everyMs: 10 });
  await expect.poll(() => said.length, { timeout: 10_000 }).toBe(1);
  expect(said[0]).toMatch(/unable to open/);
  mkdirSync(join(folder, 'not-yet'));
  await expect.poll(() => said, { timeout: 15_000 }).toEqual([said[0], 'over']);
}, 30_000);
