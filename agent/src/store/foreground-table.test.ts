/** What of the time in front is due, and when: what was told cannot be taken back. */
import { beforeEach, expect, test } from 'vitest';
import type { RowAttention, UsageRow } from '../usage/usage-values.ts';
import { openTransientState } from './state-database.ts';
import { UsageTable } from './usage-table.ts';

const DAY = 20_000;
let table: UsageTable;

beforeEach(() => {
  table = new UsageTable(openTransientState());
});

interface Written extends Partial<RowAttention> {
  day?: number;
  run?: number;
  seconds?: number;
}

function write({ day = DAY, run = 1, seconds = 10_000, ...attention }: Written): void {
  const row: UsageRow = {
    ...{
      day,
      run: `${run}`.padStart(16, '0'),
      executableId: '00000000000000e1',
      user: 'ab'.repeat(8),
      seconds,
    },
    launches: { user: 1, autostart: 0, service: 0, scheduler: 0, unknown: 0 },
    slots: new Uint8Array(36).fill(255),
    attention: { frontSeconds: undefined, frontUnknownSeconds: 0, lockedSeconds: 0, ...attention },
  };
  const mark = { bootId: 'boot', monotonicMs: 1, bootMs: 1, isResumable: true };
  table.flush({ usage: [row], coverage: [], live: [], mark });
}

const told = () => table.dueUsage(10).map(({ foregroundSeconds }) => foregroundSeconds);

test('a little is told when the day is over, and not before', () => {
  write({ frontSeconds: 120 });
  table.closeDays(DAY);
  expect(told()).toEqual([undefined]);
  table.closeDays(DAY + 1);
  expect(told()).toEqual([120]);
});

test('five minutes are told at once, and then as they grow', () => {
  write({ frontSeconds: 299, frontUnknownSeconds: 9_000 });
  expect(told()).toEqual([undefined]);
  write({ frontSeconds: 300, frontUnknownSeconds: 9_000 });
  expect(told()).toEqual([300]);
  write({ frontSeconds: 450, frontUnknownSeconds: 9_000 });
  expect(told()).toEqual([450]);
});

test('what was never in front has no time in front, also when its day is over', () => {
  write({});
  table.closeDays(DAY + 1);
  expect(told()).toEqual([undefined]);
});

test('a little is never told of a day of which too much is not known, whichever run did not know it', () => {
  write({ run: 1, frontSeconds: 120, seconds: 5_000 });
  write({ run: 2, frontUnknownSeconds: 5_000, seconds: 5_000 });
  table.closeDays(DAY + 1);
  expect(told()).toEqual([undefined, undefined]);
});

test('a little is not told when with what is unknown it might have been enough, however long the day was', () => {
  write({ run: 1, frontSeconds: 120, frontUnknownSeconds: 90, seconds: 40_000 });
  write({ run: 2, frontUnknownSeconds: 90, seconds: 40_000 });
  table.closeDays(DAY + 1);
  expect(told()).toEqual([undefined, undefined]);
});

test('runs that have enough together are told when the day is over, whatever is not known beside them', () => {
  write({ run: 1, frontSeconds: 200, seconds: 5_000 });
  write({ run: 2, frontSeconds: 150, frontUnknownSeconds: 4_000, seconds: 5_000 });
  table.closeDays(DAY + 1);
  expect(told()).toEqual([200, 150]);
});

test('an agent that was off at midnight closes the day when it is back', () => {
  const database = openTransientState();
  table = new UsageTable(database);
  write({ frontSeconds: 120 });
  table.closeDays(DAY);
  table = new UsageTable(database);
  table.closeDays(DAY + 9);
  expect(told()).toEqual([120]);
});

test('what comes for a day after it was closed is told as well', () => {
  write({ frontSeconds: 120 });
  table.closeDays(DAY + 1);
  write({ frontSeconds: 125 });
  expect(told()).toEqual([120]);
  table.closeDays(DAY + 1);
  expect(told()).toEqual([125]);
});

test('closing a day makes only those due that have something new', () => {
  write({ frontSeconds: 400 });
  write({ day: DAY, run: 2 });
  const changed = () => table.dueUsage(10).map((row) => row.changed);
  const before = changed();
  table.closeDays(DAY + 1);
  expect(changed()).toEqual(before);
});

test('time behind a lock goes with what is sent of a day that is over, if it is known', () => {
  const locked = () => table.dueUsage(10).map(({ lockedSeconds }) => lockedSeconds);
  write({ lockedSeconds: 90 });
  table.closeDays(DAY);
  expect(locked()).toEqual([undefined]);
  const { changed } = table.dueUsage(1)[0] as { changed: number };
  table.closeDays(DAY + 1);
  expect(locked()).toEqual([90]);
  expect(table.dueUsage(1)[0]?.changed).toBe(changed);
  write({ lockedSeconds: undefined });
  expect(locked()).toEqual([undefined]);
});
