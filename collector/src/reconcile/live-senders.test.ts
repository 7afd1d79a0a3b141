import { expect, test } from 'vitest';
import { livingBeside, type OtherTurn } from './live-senders.ts';

/** Who lives beside the sender of the last report, of a device whose epochs 1, 2, ... take turns as listed. */
function play(turns: readonly number[]): number | undefined {
  const last = new Map<number, { sequence: number; at: number }>();
  const beside = new Map<number, OtherTurn>();
  let found: number | undefined;
  for (const [at, epochNo] of turns.entries()) {
    const before = last.get(epochNo) ?? { sequence: 0, at: 0 };
    const turn = { epochNo, sequence: before.sequence + 1, previousAt: before.at };
    found = livingBeside(turn, beside.values())?.epochNo;
    last.set(epochNo, { sequence: turn.sequence, at });
    if (epochNo < Math.max(...last.keys())) beside.set(epochNo, { epochNo, at });
  }
  return found;
}

test('an epoch that goes on after an older one has spoken is a machine of its own', () => {
  expect(play([1, 1, 2, 1, 2])).toBe(1);
  expect(play([1, 1, 2, 1])).toBeUndefined();
  expect(play([1, 2, 2, 2])).toBeUndefined();
});

test('a machine that is put back leaves its epoch for good, however often', () => {
  expect(play([1, 1, 2, 2, 3, 3, 4, 4])).toBeUndefined();
  // Put back to the first epoch as if nothing had happened, and from there again into a new one.
  expect(play([1, 1, 2, 2, 1, 3, 3])).toBeUndefined();
});

test('of several copies each is found when its own turn comes', () => {
  expect(play([1, 2, 3, 1, 2])).toBe(1);
  expect(play([1, 2, 3, 1, 2, 3])).toBe(1);
  expect(play([1, 2, 3, 2, 3])).toBe(2);
});
