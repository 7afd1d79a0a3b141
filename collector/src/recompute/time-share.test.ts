/** How much of its time recomputing takes, on a real engine, when there is always something to do. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClickHouse, connectClickHouse } from '../clickhouse/clickhouse.ts';
import { makeFleet } from '../clickhouse/measuring-data.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { writerUser } from '../engine/writer-secret.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { startRecompute } from './recompute.ts';

const TODAY = 20_700;
const NOW = TODAY * 86_400_000 + 43_200_000;
const ROUNDS = 2;

let engine: EngineUnderTest;
let clickhouse: ClickHouse;
let control: SqliteControlStore;
const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-share-'));

beforeAll(async () => {
  engine = await engineUnderTest();
  clickhouse = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  await migrate(clickhouse, () => NOW);
  await makeFleet(clickhouse, { devices: 50, executables: 200, distinct: 2_000, usageRows: 30, day: TODAY });
  control = new SqliteControlStore({ path: join(folder, 'control.db') });
});

afterAll(async () => {
  control?.close();
  await clickhouse?.close();
  await engine?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Of its time, in percent; everything is dirty again as soon as it was derived. */
async function shareTaken(timePercent: number): Promise<number> {
  const rounds: { began: number; ended: number }[] = [];
  let working = false;
  const noting = <T>(ask: () => Promise<T>): Promise<T> => {
    if (!working) rounds.push({ began: performance.now(), ended: Number.NaN });
    working = true;
    return ask();
  };
  const watched: ClickHouse = {
    ...clickhouse,
    command: (...asked) => noting(() => clickhouse.command(...asked)),
    rows: (...asked) => noting(() => clickhouse.rows(...asked)),
  };
  const markAll = () => control.markDirty([{ kind: 'inventory' }, { kind: 'usage-day', day: TODAY }], NOW);
  markAll();
  let derived = 0;
  const enough = Promise.withResolvers<void>();
  const recompute = startRecompute({
    deriving: new OneAtATime(),
    ...{ clickhouse: watched, control, log: pino({ level: 'silent' }), now: () => NOW },
    ...{
      catalogueVersion: () => 'none',
      held: () => false,
      timePercent,
      intervalMs: 1,
      supersedeAfterMs: 1000,
    },
    holdLimits: { leastDevices: 3, leastPercent: 0.5 },
    onSuperseding: () => {},
    onHeld: () => {
      // Also said once at the beginning of the first round.
      if (derived === 0) return;
      derived = 0;
      working = false;
      (rounds.at(-1) as { ended: number }).ended = performance.now();
      markAll();
      if (rounds.length > ROUNDS) enough.resolve();
    },
    onDerived: () => derived++,
    onFailed: (target) => enough.reject(new Error(JSON.stringify(target))),
  });
  await enough.promise;
  await recompute.close();
  // From the beginning of the first to that of the last: each with the rest that follows it.
  const whole = rounds.slice(0, -1);
  const busy = whole.reduce((sum, { began, ended }) => sum + ended - began, 0);
  return (100 * busy) / ((rounds.at(-1)?.began as number) - (rounds[0]?.began as number));
}

test('recomputing keeps to its part of the time, and takes more only when it may', async () => {
  const bounded = await shareTaken(20);
  const unbounded = await shareTaken(100);
  console.log(`recompute worked ${bounded.toFixed(1)} % of the time at 20, ${unbounded.toFixed(1)} % at 100`);
  expect(bounded).toBeLessThan(20.5);
  expect(unbounded).toBeGreaterThan(60);
});

test('what could not be derived is tried again within seconds, however long the usual rest is', async () => {
  control.markDirty([{ kind: 'usage-day', day: TODAY }], NOW);
  const failed: number[] = [];
  const done = Promise.withResolvers<void>();
  const recompute = startRecompute({
    deriving: new OneAtATime(),
    clickhouse: {
      ...clickhouse,
      command: async (sql, parameters) => {
        if (failed.length < 2 && sql.includes('REPLACE PARTITION') && sql.includes('usage_daily'))
          throw new Error('the engine is gone');
        await clickhouse.command(sql, parameters);
      },
    },
    ...{ control, log: pino({ level: 'silent' }), now: () => NOW, catalogueVersion: () => 'none' },
    ...{ held: () => false, timePercent: 100, intervalMs: 600_000, supersedeAfterMs: 1000 },
    ...{ holdLimits: { leastDevices: 3, leastPercent: 0.5 }, onSuperseding: () => {}, onHeld: () => {} },
    onDerived: ({ kind }) => kind === 'usage-day' && done.resolve(),
    onFailed: () => failed.push(performance.now()),
  });
  const began = performance.now();
  await done.promise;
  await recompute.close();
  expect(failed).toHaveLength(2);
  // Two seconds after the first, four after the second.
  expect(performance.now() - began).toBeGreaterThan(5_900);
}, 60_000);
