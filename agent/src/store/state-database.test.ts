import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { holdAgentLock } from './agent-lock.ts';
import { agentStore } from './agent-store.ts';
import { openStateDatabase, openStateForReading } from './state-database.ts';
import { openStateFolder, stateFolderOf } from './state-folder.ts';
import { tidyStore } from './upkeep.ts';

let data: string;
let folder: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'fleetmeter-store-'));
  folder = openStateFolder(data);
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

test('the state folder and its files are private to their user', () => {
  chmodSync(folder, 0o755);
  openStateFolder(data);
  openStateDatabase(folder, 0).database.close();
  holdAgentLock(folder)[Symbol.dispose]();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(folder))
    expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
});

test('a folder that cannot be made is one clear line', () => {
  writeFileSync(join(data, 'file'), '');
  expect(() => openStateFolder(join(data, 'file'))).toThrow(/^cannot write the state folder .* \(ENOTDIR\)$/);
});

test.each([
  ['not a database', Buffer.from('this is no database, and long enough to be looked at as one'.repeat(20))],
  ['a torn page', undefined],
])('a damaged store (%s) is moved aside and a new one begins', (_, content) => {
  const path = join(folder, 'agent.db');
  const store = agentStore(openStateDatabase(folder, 0).database);
  store.outbox.openEpoch(new Uint8Array(16), undefined);
  store.close();
  if (content) writeFileSync(path, content);
  else writeFileSync(path, Buffer.alloc(8192, 0xa5), { flag: 'r+' });
  const { database, movedAside } = openStateDatabase(folder, 1234);
  expect(movedAside).toBe(`${path}.corrupt-1234`);
  expect(agentStore(database).outbox.epoch()).toBeUndefined();
  database.close();
});

test('what may be synced later is committed without a sync, and everything else with one', () => {
  const { database } = openStateDatabase(folder, 0);
  const FULL = 2;
  const NORMAL = 1;
  const synced = (): unknown => database.sql('PRAGMA synchronous').get()?.synchronous;
  expect(database.transactionSyncedLater(synced)).toBe(NORMAL);
  expect(database.transaction(synced)).toBe(FULL);
  expect(database.transaction(() => database.transactionSyncedLater(synced))).toBe(FULL);
  const failing = (): never => {
    throw new Error('no');
  };
  expect(() => database.transactionSyncedLater(failing)).toThrow('no');
  expect(synced()).toBe(FULL);
  database.close();
});

test('of damaged stores the two newest are kept', () => {
  for (const now of [1001, 1002, 1003]) {
    writeFileSync(join(folder, 'agent.db'), 'x'.repeat(5000));
    openStateDatabase(folder, now).database.close();
  }
  const kept = readdirSync(folder).filter((name) => name.includes('corrupt'));
  expect(kept.sort()).toEqual(['agent.db.corrupt-1002', 'agent.db.corrupt-1003']);
});

test('a store of a newer agent is left alone', () => {
  const { database } = openStateDatabase(folder, 0);
  database.sql('PRAGMA user_version = 999').run();
  database.close();
  expect(() => openStateDatabase(folder, 0)).toThrow(/written by a newer agent/);
  expect(readdirSync(folder).some((name) => name.includes('corrupt'))).toBe(false);
});

test('a transaction that fails leaves nothing, and the store goes on', () => {
  const store = agentStore(openStateDatabase(folder, 0).database);
  const half = (): void =>
    store.transaction(() => {
      store.facts.write('firstScanFinished', true);
      throw new Error('in the middle');
    });
  expect(half).toThrow('in the middle');
  expect(store.facts.read('firstScanFinished')).toBeUndefined();
  store.facts.write('firstScanFinished', true);
  expect(store.facts.read('firstScanFinished')).toBe(true);
  store.close();
});

test('the store can be read while an agent writes it, and after it has gone', () => {
  const store = agentStore(openStateDatabase(folder, 0).database);
  const read = (): boolean | undefined => {
    const reader = agentStore(openStateForReading(stateFolderOf(data)));
    try {
      return reader.facts.read('firstScanFinished');
    } finally {
      reader.close();
    }
  };
  store.transaction(() => {
    store.facts.write('firstScanFinished', true);
    expect(read()).toBeUndefined();
  });
  expect(read()).toBe(true);
  store.close();
  expect(read()).toBe(true);
});

test('nothing to read is said so', () => {
  expect(() => openStateForReading(stateFolderOf(data))).toThrow(/no agent has run yet/);
});

test('a clock far ahead does not make unreported usage old: only what was acknowledged ages', () => {
  const store = agentStore(openStateDatabase(folder, 0).database);
  const launches = { user: 1, autostart: 0, service: 0, scheduler: 0, unknown: 0 };
  const row = { day: 20_000, run: '0'.repeat(16), user: 'ab'.repeat(8), seconds: 5, launches };
  store.usage.flush({
    usage: [{ ...row, executableId: 'f'.repeat(16), slots: new Uint8Array(36) }],
    coverage: [
      { day: 20_000, run: row.run, seconds: 5, unobservedSeconds: 0, interactiveSeconds: undefined },
    ],
    live: [],
    mark: { bootId: 'boot', monotonicMs: 1, bootMs: 1, isResumable: true },
  });
  expect(tidyStore(store, 47_000)).toBe(0);
  expect([store.usage.dueUsage(9).length, store.usage.dueCoverage(9).length]).toEqual([1, 1]);
  store.close();
});
