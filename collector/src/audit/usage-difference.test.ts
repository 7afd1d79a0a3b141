import { expect, test } from 'vitest';
import { confirmedLacking, differenceOf, lacksCoverage, lacksUsage } from './usage-difference.ts';

const sums = (seconds: number, coverage = 0) => ({
  ...{ records: 1, seconds, launches: 1, marks: 1, coverage_seconds: coverage },
});
const lacking = (owed: number, held: number, run = '7') => ({
  ...{ deviceId: 'a', run, owed: sums(owed), held: sums(held) },
});

test('what both readings lack is lacking', () => {
  expect(confirmedLacking([lacking(9, 5)], [lacking(9, 5)])).toEqual([lacking(9, 5)]);
});

test('usage that came between the readings is not, although the device has said more by then', () => {
  expect(confirmedLacking([lacking(9, 5)], [])).toEqual([]);
  expect(confirmedLacking([lacking(9, 5)], [lacking(12, 9)])).toEqual([]);
});

test('what the second reading alone lacks waits for the next sweep', () => {
  expect(confirmedLacking([], [lacking(12, 9)])).toEqual([]);
});

test('a difference is the same as long as neither side changes, whichever runs differ', () => {
  expect(differenceOf([lacking(9, 5)])).toBe(differenceOf([lacking(9, 5)]));
  const others = [
    [lacking(9, 6)],
    [lacking(10, 5)],
    [lacking(9, 5, '8')],
    [lacking(9, 5), lacking(9, 5, '8')],
  ];
  expect(new Set([[lacking(9, 5)], ...others].map(differenceOf)).size).toBe(5);
});

test('usage and coverage are told apart', () => {
  const covered = { deviceId: 'a', run: '7', owed: sums(5, 60), held: sums(5, 30) };
  expect([lacksUsage(covered), lacksCoverage(covered)]).toEqual([false, true]);
  expect([lacksUsage(lacking(9, 5)), lacksCoverage(lacking(9, 5))]).toEqual([true, false]);
});
