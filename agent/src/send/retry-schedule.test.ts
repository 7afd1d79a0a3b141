import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryDelayMs, retryLimits } from './retry-schedule.ts';

const limits = { firstMs: 1000, longestMs: 60_000 };

test('the bound doubles with each failure up to the longest wait, and jitter spreads over all of it', () => {
  expect([1, 2, 3, 7, 400].map((failures) => retryDelayMs(failures, limits, 0.999999))).toEqual([
    999, 1999, 3999, 59_999, 59_999,
  ]);
  expect(retryDelayMs(7, limits, 0)).toBe(0);
});

test('a wait is never longer than the longest, unless the server asks for more patience, and then at most a day', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const asked = fc.integer({ min: 0, max: 2 ** 31 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), random, asked, (failures, chance, retryAfter) => {
      const wait = retryDelayMs(failures, limits, chance, retryAfter);
      expect(wait).toBeGreaterThanOrEqual(Math.min(retryAfter, 86_400_000));
      expect(wait).toBeLessThanOrEqual(Math.max(60_000, Math.min(retryAfter, 86_400_000) * 1.1 + 1));
    }),
  );
});

test('under short report intervals tries stay within half a minute of each other', () => {
  expect(retryLimits(2).longestMs).toBe(30_000);
  expect(retryLimits(3600).longestMs).toBe(3_600_000);
});
