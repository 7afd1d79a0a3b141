import { expect, test } from 'vitest';
import { capacityOf, catchUpSeconds, ratesOf } from './processing-lag.ts';

test('rates are taken from the first look to the last', () => {
  const samples = [
    { at: 10_000, head: 100, checkpoint: 50 },
    { at: 11_000, head: 400, checkpoint: 50 },
    { at: 20_000, head: 600, checkpoint: 250 },
  ];
  expect(ratesOf(samples)).toEqual({ arriving: 50, processed: 20 });
});

test('one look, or a clock that was put back, says nothing', () => {
  const nothing = { arriving: 0, processed: 0 };
  expect(ratesOf([])).toEqual(nothing);
  expect(ratesOf([{ at: 5, head: 9, checkpoint: 9 }])).toEqual(nothing);
  const back = [
    { at: 5_000, head: 1, checkpoint: 1 },
    { at: 1_000, head: 9, checkpoint: 9 },
  ];
  expect(ratesOf(back)).toEqual(nothing);
});

test('small ranges do not hide what a full one can do', () => {
  const trickle = Array.from({ length: 31 }, () => ({ records: 1, milliseconds: 50 }));
  expect(capacityOf(trickle)).toBeCloseTo(20);
  const withOneFull = capacityOf([...trickle, { records: 2_000, milliseconds: 1_000 }]);
  expect(withOneFull).toBeGreaterThan(1_990);
  expect(withOneFull).toBeLessThan(2_001);
  expect(capacityOf([])).toBeUndefined();
});

test('what waits is done by what is left beside what arrives', () => {
  expect(catchUpSeconds(0, 100, undefined)).toBe(0);
  expect(catchUpSeconds(9_000, 100, 1_000)).toBe(10);
  expect(catchUpSeconds(9_000, 1_000, 1_000)).toBeUndefined();
  expect(catchUpSeconds(9_000, 10, undefined)).toBeUndefined();
});
