import pino from 'pino';
import { expect, test, vi } from 'vitest';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import type { ControlStore } from '../control/control-store.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { dueMarks, startRecompute } from './recompute.ts';

/** Nobody joined, nobody left. */
const devices = () => ({
  lives: { untold: () => [], told: () => {}, twins: { waiting: () => [] } },
  markCountedDevices: () => {},
  usageConcerns: { ofDay: () => [] },
});

test('a control store that cannot be written for a moment does not end recomputing', async () => {
  let full = 3;
  const cleared: unknown[] = [];
  const control = {
    markDirty: () => {
      if (full-- > 0) throw new Error('database or disk is full');
    },
    dirtyMarks: () => [{ target: { kind: 'usage-day', day: 1 }, generation: 1, since: 1 }],
    clearDirty: (target: unknown) => cleared.push(target),
    ...devices(),
  } as unknown as ControlStore;
  const clickhouse = { command: async () => {}, rows: async () => [] } as unknown as ClickHouse;
  const recompute = startRecompute({
    deriving: new OneAtATime(),
    clickhouse,
    control,
    log: pino({ level: 'silent' }),
    now: () => 86_400_000,
    catalogueVersion: () => 'none',
    held: () => false,
    timePercent: 50,
    intervalMs: 5,
    supersedeAfterMs: 1000,
    holdLimits: { leastDevices: 3, leastPercent: 0.5 },
    onSuperseding: () => {},
    onHeld: () => {},
    onDerived: () => {},
    onFailed: () => {},
  });
  await vi.waitUntil(() => cleared.length > 0, { timeout: 5000 });
  await recompute.close();
});

test('devices are derived when a report was processed, dirty or not, and hold nothing up when that fails', async () => {
  let heads = 'one';
  let fails = true;
  const derived: string[] = [];
  const clickhouse = {
    command: async (sql: string) => {
      if (!sql.startsWith('INSERT INTO {facts}.device_rows_staging')) return;
      if (fails) throw new Error('memory limit');
      derived.push(heads);
    },
    rows: async (sql: string) => (sql.includes('device_heads') ? [{ mark: heads }] : []),
  } as unknown as ClickHouse;
  let cleared = 0;
  const control = {
    markDirty: () => {},
    dirtyMarks: () => (cleared ? [] : [{ target: { kind: 'usage-day', day: 1 }, generation: 1, since: 1 }]),
    clearDirty: () => cleared++,
    ...devices(),
  } as unknown as ControlStore;
  const recompute = startRecompute({
    deriving: new OneAtATime(),
    clickhouse,
    control,
    log: pino({ level: 'silent' }),
    now: () => 86_400_000,
    catalogueVersion: () => 'none',
    held: () => false,
    timePercent: 50,
    intervalMs: 5,
    supersedeAfterMs: 1000,
    holdLimits: { leastDevices: 3, leastPercent: 0.5 },
    onSuperseding: () => {},
    onHeld: () => {},
    onDerived: () => {},
    onFailed: () => {},
  });
  await vi.waitUntil(() => cleared > 0, { timeout: 5000 });
  expect(derived).toEqual([]);
  fails = false;
  await vi.waitUntil(() => derived.length > 0, { timeout: 5000 });
  heads = 'two';
  await vi.waitUntil(() => derived.length > 1, { timeout: 5000 });
  await recompute.close();
  expect(derived).toEqual(['one', 'two']);
});

test('coverage is summed once a round that derived days, at the start, and again until it has succeeded', async () => {
  let [summed, days, fails] = [0, [1, 2], 2];
  const clickhouse = {
    command: async (sql: string) => {
      if (!sql.startsWith('INSERT INTO {facts}.coverage_windows_staging')) return;
      if (fails-- > 0) throw new Error('memory limit');
      summed++;
    },
    rows: async () => [],
  } as unknown as ClickHouse;
  const control = {
    markDirty: () => {},
    dirtyMarks: () => days.map((day) => ({ target: { kind: 'usage-day', day }, generation: 1, since: 1 })),
    clearDirty: ({ day }: { day: number }) => {
      days = days.filter((each) => each !== day);
    },
    ...devices(),
  } as unknown as ControlStore;
  let rounds = 0;
  const recompute = startRecompute({
    ...{
      deriving: new OneAtATime(),
      clickhouse,
      control,
      log: pino({ level: 'silent' }),
      now: () => 86_400_000,
    },
    ...{ catalogueVersion: () => 'none', timePercent: 50, intervalMs: 5, supersedeAfterMs: 1000 },
    held: () => {
      rounds++;
      return false;
    },
    holdLimits: { leastDevices: 3, leastPercent: 0.5 },
    ...{ onSuperseding: () => {}, onHeld: () => {}, onDerived: () => {}, onFailed: () => {} },
  });
  await vi.waitUntil(() => summed === 1, { timeout: 15_000 });
  const until = rounds + 5;
  recompute.wake();
  days = [1, 2];
  await vi.waitUntil(() => summed === 2, { timeout: 5000 });
  expect(days).toEqual([]);
  await vi.waitUntil(() => rounds > until || summed > 2, { timeout: 1000 }).catch(() => undefined);
  await recompute.close();
  expect(summed).toBe(2);
});

test('a round derives the inventory, then recent days, newest first, then one older day', () => {
  const mark = (day: number) => ({ target: { kind: 'usage-day' as const, day }, generation: day, since: 1 });
  const inventory = { target: { kind: 'inventory' as const }, generation: 1, since: 9 };
  const marks = [mark(80), mark(94), mark(100), mark(93), inventory, mark(99), mark(101)];
  expect(dueMarks(marks, 100)).toEqual([inventory, mark(101), mark(100), mark(99), mark(94), mark(93)]);
  expect(dueMarks([], 100)).toEqual([]);
});
