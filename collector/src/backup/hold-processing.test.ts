/** What happens between a backup and the collector it asks to hold, with either of them gone in the middle. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Clock } from '../clock/clock.ts';
import { HOLD_MS, openBackupHold } from '../control/backup-hold.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { startBackupHold } from './hold-processing.ts';

let folder: string;
let control: SqliteControlStore;
let now = 1_000_000;
let ticks: (() => void)[] = [];
let holders = 0;
let endRange: () => void = () => {};
const log = pino({ level: 'silent' });
const clock: Clock = {
  now: () => now,
  every: (_, work) => {
    ticks.push(work);
    return () => {
      ticks = ticks.filter((each) => each !== work);
    };
  },
};
/** A range is in hand until endRange is called. */
const processor = {
  hold: async () => {
    await new Promise<void>((resolve) => {
      endRange = resolve;
    });
    holders++;
    return () => {
      holders--;
    };
  },
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-hold-'));
  control = new SqliteControlStore({ path: join(folder, 'control.db') });
  holders = 0;
  ticks = [];
});
afterEach(() => {
  control.close();
  rmSync(folder, { recursive: true, force: true });
});

const tick = async (): Promise<void> => {
  for (const work of ticks) work();
  await new Promise((resolve) => setImmediate(resolve));
};
const started = () => startBackupHold({ control, processor, clock, log });

test('it is held once the range in hand is done, and until it is released', async () => {
  const stop = started();
  using backup = openBackupHold(folder);
  backup.hold.ask('one', now);
  await tick();
  expect(backup.hold.isHeld('one', now)).toBe(false);
  endRange();
  await tick();
  expect([backup.hold.isHeld('one', now), holders]).toEqual([true, 1]);
  await tick();
  expect(holders).toBe(1);
  backup.hold.release();
  await tick();
  expect([backup.hold.isHeld('one', now), holders]).toEqual([false, 0]);
  stop();
});

test('a backup that was killed holds nobody up for longer than a minute', async () => {
  const stop = started();
  using backup = openBackupHold(folder);
  backup.hold.ask('one', now);
  await tick();
  endRange();
  await tick();
  now += HOLD_MS - 1;
  await tick();
  expect(holders).toBe(1);
  now += 1;
  await tick();
  expect([holders, backup.hold.isHeld('one', now)]).toEqual([0, false]);
  // And when it comes back to what it asked for, what was confirmed before counts no more.
  backup.hold.ask('one', now);
  expect(backup.hold.isHeld('one', now)).toBe(false);
  stop();
});

test('what a collector confirmed before it died does not count for the next', async () => {
  started();
  using backup = openBackupHold(folder);
  backup.hold.ask('one', now);
  await tick();
  endRange();
  await tick();
  expect(backup.hold.isHeld('one', now)).toBe(true);
  const stop = started();
  expect(backup.hold.isHeld('one', now)).toBe(false);
  stop();
});

test('a collector that stops lets go', async () => {
  const stop = started();
  control.backupHold.ask('one', now);
  await tick();
  endRange();
  await tick();
  stop();
  expect(holders).toBe(0);
});
