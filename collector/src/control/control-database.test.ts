import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { atomically, eachOnItsOwn, inTransaction, inUnsyncedTransaction } from './control-database.ts';

let folder: string;
let database: DatabaseSync;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-together-'));
  database = new DatabaseSync(join(folder, 'file.db'));
  database.exec('CREATE TABLE notes (text BLOB NOT NULL) STRICT');
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const note = (text: Uint8Array | string): number =>
  Number(database.prepare('INSERT INTO notes VALUES (?)').run(Buffer.from(text)).changes);
const texts = (): string[] =>
  database
    .prepare('SELECT text FROM notes')
    .all()
    .map((row) => Buffer.from(row.text as Uint8Array).toString());
const together = <T>(works: readonly (() => T)[]): PromiseSettledResult<T>[] =>
  inTransaction(database, () => eachOnItsOwn(database, works));
const synchronous = (): unknown => database.prepare('PRAGMA synchronous').get()?.synchronous;
const fails = (): never => {
  throw new Error('no');
};

test('work that fails undoes its own and leaves that of the others', () => {
  const outcomes = together([
    () => atomically(database, () => note('first')),
    () =>
      atomically(database, () => {
        note('second');
        fails();
      }),
    () => atomically(database, () => note('third')),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(texts()).toEqual(['first', 'third']);
  expect(database.isTransaction).toBe(false);
});

test('when the disk is full nothing of any of them stays, and that is said', () => {
  database.exec('PRAGMA max_page_count = 20');
  const works = [() => note('first'), () => note(new Uint8Array(1 << 20)), () => note('third')];
  expect(() => together(works.map((work) => () => atomically(database, work)))).toThrow(/full/);
  expect(texts()).toEqual([]);
  expect(database.isTransaction).toBe(false);
});

test('only the commit that may be lost does not wait for the disk, also when it fails', () => {
  database.exec('PRAGMA synchronous = FULL');
  inUnsyncedTransaction(database, () => {
    expect(synchronous()).toBe(1);
    note('first');
  });
  expect(synchronous()).toBe(2);
  expect(() => inUnsyncedTransaction(database, fails)).toThrow('no');
  expect(synchronous()).toBe(2);
  // Part of another, it is as safe as that.
  inTransaction(database, () => inUnsyncedTransaction(database, () => expect(synchronous()).toBe(2)));
  expect(texts()).toEqual(['first']);
});
