import { mkdtempSync, readdirSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LateSync } from './late-sync.ts';

let folder: string;
let database: DatabaseSync;
let late: LateSync;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-late-'));
  database = new DatabaseSync(join(folder, 'control.db'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE numbers (n INTEGER)');
  late = new LateSync(database);
});
afterEach(() => {
  late.close();
  if (database.isOpen) database.close();
  rmSync(folder, { recursive: true, force: true });
});

const add = (n: number): void => {
  database.prepare('INSERT INTO numbers VALUES (?)').run(n);
};
const synchronous = (): unknown => database.prepare('PRAGMA synchronous').get()?.synchronous;

test('others see the commit at once, and later commits wait for the disk as before', async () => {
  late.commit(() => {
    expect(synchronous()).toBe(1);
    add(1);
  });
  const other = new DatabaseSync(join(folder, 'control.db'));
  expect(other.prepare('SELECT n FROM numbers').all()).toEqual([{ n: 1 }]);
  other.close();
  expect(synchronous()).toBe(2);
  await late.sync();
});

test('what fails is undone, and later commits wait for the disk as before', () => {
  expect(() =>
    late.commit(() => {
      add(1);
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(database.prepare('SELECT count(*) AS n FROM numbers').get()).toEqual({ n: 0 });
  expect(synchronous()).toBe(2);
});

test('within a transaction it is a part of that', () => {
  database.exec('BEGIN');
  late.commit(() => add(1));
  database.exec('ROLLBACK');
  expect(database.prepare('SELECT count(*) AS n FROM numbers').get()).toEqual({ n: 0 });
});

test('what a process that was killed left in the log is synced as well', async () => {
  late.commit(() => add(1));
  const next = new DatabaseSync(join(folder, 'control.db'));
  const log = join(folder, 'control.db-wal');
  renameSync(log, `${log}.gone`);
  await expect(new LateSync(next).sync()).rejects.toThrow(/ENOENT/);
  renameSync(`${log}.gone`, log);
  next.close();
});

test('the log is synced through one descriptor for good, which hears of every failed write', async () => {
  const descriptorsOfLog = (): number =>
    readdirSync('/proc/self/fd').filter((fd) => nameOf(fd) === join(folder, 'control.db-wal')).length;
  const before = descriptorsOfLog();
  for (const n of [1, 2]) {
    late.commit(() => add(n));
    await late.sync();
  }
  expect(descriptorsOfLog()).toBe(before + 1);
  late.close();
  await late.sync();
  expect(descriptorsOfLog()).toBe(before);
});

/** A descriptor may be closed again by the time it is looked at. */
function nameOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

test('who asks while another sync is on its way hears how that ends', async () => {
  late.commit(() => add(1));
  const log = join(folder, 'control.db-wal');
  renameSync(log, `${log}.gone`);
  const both = await Promise.allSettled([late.sync(), late.sync()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  renameSync(`${log}.gone`, log);
  await late.sync();
});

test('after a sync that failed the log is moved into its file before it is believed again', async () => {
  late.commit(() => add(1));
  const log = join(folder, 'control.db-wal');
  // A log whose name leads nowhere for a moment, as when the disk cannot be read.
  renameSync(log, `${log}.gone`);
  await expect(late.sync()).rejects.toThrow(/ENOENT/);
  renameSync(`${log}.gone`, log);
  const reader = new DatabaseSync(join(folder, 'control.db'));
  reader.exec('BEGIN');
  reader.prepare('SELECT n FROM numbers').all();
  late.commit(() => add(2));
  await expect(late.sync()).rejects.toThrow(/cannot be moved/);
  reader.close();
  await late.sync();
  // Without its log the file has both.
  rmSync(log);
  const alone = new DatabaseSync(`file:${join(folder, 'control.db')}?immutable=1`, { readOnly: true });
  expect(alone.prepare('SELECT n FROM numbers ORDER BY n').all()).toEqual([{ n: 1 }, { n: 2 }]);
  alone.close();
});
