import { expect, test } from 'vitest';
import { firstScanAtMs } from './first-scan-time.ts';

const HOUR = 3_600_000;
const first = {
  drawnMs: undefined,
  finished: false,
  longestDelaySeconds: 4 * 3600,
  nowMs: 10 * HOUR,
  random: 0,
};

test('a fleet that is installed in one go spreads over the whole delay', () => {
  const moments = [0, 0.25, 0.5, 0.999].map((random) => firstScanAtMs({ ...first, random }) - first.nowMs);
  expect(moments).toEqual([0, HOUR, 2 * HOUR, Math.floor(0.999 * 4 * HOUR)]);
});

test('a restart waits for what is left, and draws nothing again', () => {
  const drawnMs = firstScanAtMs({ ...first, random: 0.5 });
  expect(firstScanAtMs({ ...first, drawnMs, nowMs: 11 * HOUR, random: 0.9 })).toBe(12 * HOUR);
  // Killed in the middle of the first scan: it goes on at once.
  expect(firstScanAtMs({ ...first, drawnMs, nowMs: 13 * HOUR, random: 0.9 })).toBeLessThan(13 * HOUR);
});

test('who has scanned before looks at once; so does who is not to wait', () => {
  expect(firstScanAtMs({ ...first, finished: true, random: 0.9 })).toBe(first.nowMs);
  expect(firstScanAtMs({ ...first, longestDelaySeconds: 0, random: 0.9 })).toBe(first.nowMs);
});

test('a clock that was set back, and a shorter delay, make it wait no longer than is allowed now', () => {
  const drawnMs = 1000 * HOUR;
  expect(firstScanAtMs({ ...first, drawnMs })).toBe(14 * HOUR);
  expect(firstScanAtMs({ ...first, drawnMs, longestDelaySeconds: 60 })).toBe(10 * HOUR + 60_000);
});
