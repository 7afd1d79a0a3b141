import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Inventory } from '../inventory/inventory.ts';
import { noSlots } from '../usage/slots.ts';
import type { UsageRow } from '../usage/usage-values.ts';
import type { FoundFile } from '../watch/found-file.ts';
import { type AgentStore, agentStore } from './agent-store.ts';
import { openStateDatabase } from './state-database.ts';
import { StateLimit } from './state-limit.ts';

const DAY = 20_000;
const MIB = 1024 * 1024;
const ROWS = 1_000;
const FULL = process.env.FLEETMETER_TEST_FULL === '1';

let folder: string;
let store: AgentStore;
let limit: StateLimit;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-limit-'));
  store = agentStore(openStateDatabase(folder, 0, 2 * MIB).database);
  store.outbox.openEpoch(new Uint8Array(16), undefined);
  limit = new StateLimit(store, () => DAY + 100);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function use(day: number, rows = ROWS): void {
  const launches = { user: 1, autostart: 0, service: 0, scheduler: 0, unknown: 0 };
  const usage = Array.from({ length: rows }, (_, index): UsageRow => {
    const executableId = index.toString(16).padStart(16, '0');
    return {
      ...{ day, run: '1'.repeat(16), executableId, user: 'ab'.repeat(8) },
      seconds: 9,
      launches,
      slots: noSlots(),
    };
  });
  const mark = { bootId: 'boot', monotonicMs: 1, bootMs: 1, isResumable: true };
  store.usage.flush({
    usage,
    coverage: [{ day, run: '1'.repeat(16), seconds: 9, unobservedSeconds: 0, interactiveSeconds: undefined }],
    live: [],
    mark,
  });
}

function acknowledgeAll(): void {
  store.outbox.put({
    ...{
      sequence: (store.outbox.epoch()?.sequence ?? 0) + 1,
      envelope: new Uint8Array(1),
      hash: new Uint8Array(16),
    },
    ...{ baseline: false, touch: 0, digest: { count: 0, sum: 0n }, hostHash: '', digests: [] },
    ...{ usage: store.usage.dueUsage(1e6), coverage: store.usage.dueCoverage(1e6) },
  });
  store.outbox.acknowledge();
}

/** Days of rows in the store, the acknowledged ones too. */
function daysKept(): number[] {
  store.usage.unacknowledge({ sinceDay: 0 });
  const days = new Set(store.usage.dueUsage(1e6).map(({ day }) => day));
  acknowledgeAll();
  return [...days].sort();
}

const fileBytes = (): number => statSync(join(folder, 'agent.db')).size;

function file(index: number): FoundFile {
  const path = `/opt/${'long-folder-name/'.repeat(10)}${index}`;
  const identity = { device: '1', inode: `${index}`, size: 1, mtimeNs: '1', ctimeNs: '1' };
  const sha256 = createHash('sha256').update(`${index}`).digest();
  return { path, identity, format: 'elf', evidence: { sha256, path, size: 1, format: 'elf' } };
}

test('below the limit nothing goes', () => {
  use(DAY);
  acknowledgeAll();
  expect(limit.keep()).toEqual({ acknowledged: 0, unreported: 0 });
  expect(daysKept()).toEqual([DAY]);
});

test('what the collector has goes first, oldest first, and only as much as it takes', () => {
  use(DAY);
  use(DAY + 1);
  acknowledgeAll();
  // The oldest, and never reported.
  use(DAY - 5);
  for (let day = DAY + 2; store.room().usedBytes < 0.85 * store.room().mostBytes; day++) use(day, 200);
  const forgotten = limit.keep();
  expect(forgotten.unreported).toBe(0);
  expect(forgotten.acknowledged).toBeGreaterThanOrEqual(ROWS);
  expect(store.room().usedBytes).toBeLessThanOrEqual(0.75 * store.room().mostBytes);
  const kept = daysKept();
  expect(kept).toContain(DAY - 5);
  expect(kept).not.toContain(DAY);
  expect(limit.forgotten).toEqual(forgotten);
});

test('an outage that never ends costs the oldest days, says how many rows, and never the file’s limit', () => {
  for (let day = DAY; day < DAY + 60; day++) {
    limit.keep();
    use(day);
  }
  expect(limit.forgotten.acknowledged).toBe(0);
  const days = new Set(store.usage.dueUsage(1e6).map(({ day }) => day));
  expect(limit.forgotten.unreported).toBe((60 - days.size) * ROWS);
  expect([...days].sort().at(-1)).toBe(DAY + 59);
  expect(days.has(DAY)).toBe(false);
  // Nor does it look as if nobody had used anything on those days.
  expect(new Set(store.usage.dueCoverage(1e6).map(({ day }) => day))).toEqual(days);
  expect(fileBytes()).toBeLessThanOrEqual(2 * MIB);
});

test('programs that are installed stay; what no longer fits is told as skipped, and reports still find room', () => {
  const inventory = new Inventory(
    store,
    () => DAY,
    () => limit.isFull,
  );
  for (let index = 0; index < 6_000; index++) {
    inventory.found(file(index));
    // A batch of files is small beside the real limit; here it is not.
    if (index % 50 === 0) {
      inventory.flush();
      limit.keep();
    }
  }
  inventory.flush();
  const known = inventory.state().digest.count;
  expect(known).toBeGreaterThan(500);
  expect(inventory.skippedCounts()).toEqual([{ reason: 'state-full', count: 6_000 - known }]);
  expect(fileBytes()).toBeLessThanOrEqual(2 * MIB);
  // Known files go on being known, and use and reports are written.
  inventory.found(file(1));
  limit.keep();
  use(DAY, 50);
  acknowledgeAll();
  expect(inventory.state().digest.count).toBe(known);
});

test('what goes round the limit fails as a full disk does, and the store stays whole', () => {
  expect(() => {
    for (let day = DAY; ; day++) use(day);
  }).toThrow(/full/);
  expect(fileBytes()).toBeLessThanOrEqual(2 * MIB);
  limit.keep();
  use(DAY + 900);
  store.close();
  store = agentStore(openStateDatabase(folder, 0, 2 * MIB).database);
  expect(store.usage.dueUsage(1e6).at(-1)?.day).toBe(DAY + 900);
});

test('a store that takes nothing does not make the queue of found files grow', () => {
  const inventory = new Inventory(store, () => DAY);
  store.transactionSyncedLater = () => {
    throw new Error('disk full');
  };
  let refused = 0;
  for (let index = 0; index < 3_000; index++) {
    try {
      inventory.found(file(index));
    } catch {
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(2_400);
  expect(inventory.byPath(file(2_900).path)).toBeUndefined();
});

const onlyInFull = FULL ? test : (): void => {};
onlyInFull(
  'at the real limit, with every row changed at once, the folder stays within 256 MiB',
  () => {
    store.close();
    store = agentStore(openStateDatabase(folder, 0).database);
    store.outbox.openEpoch(new Uint8Array(16), undefined);
    limit = new StateLimit(store, () => DAY);
    for (let day = DAY; limit.forgotten.unreported === 0; day++) {
      use(day, 5_000);
      limit.keep();
    }
    const database = fileBytes();
    acknowledgeAll();
    store.usage.unacknowledge({ sinceDay: 0 });
    const whole = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    const [inDatabase, inAll] = [database, whole].map((bytes) => Math.round(bytes / MIB));
    console.log(`at its limit the database has ${inDatabase} MiB, the folder at its largest ${inAll} MiB`);
    expect(whole).toBeLessThan(256 * MIB);
  },
  300_000,
);

test('beyond a number of rows whole days go, those that the collector has first', () => {
  use(DAY, 50);
  acknowledgeAll();
  use(DAY - 9, 50);
  use(DAY + 1, 50);
  expect(store.usage.prune(DAY + 2, 35, 100)).toBe(0);
  expect(store.usage.prune(DAY + 2, 35, 99)).toBe(50);
  expect(daysKept()).toEqual([DAY + 1]);
});

test('a damaged store that is too large is not kept', () => {
  store.close();
  writeFileSync(join(folder, 'agent.db'), Buffer.alloc(30 * MIB, 1));
  const opened = openStateDatabase(folder, 77);
  expect(opened.movedAside).toMatch(/corrupt-77, and removed since it is too large to keep$/);
  expect(readdirSync(folder).filter((name) => name.includes('corrupt'))).toEqual([]);
  store = agentStore(opened.database);
});
