import { beforeEach, expect, test } from 'vitest';
import type { Instant } from './clock.ts';
import { ToldClock } from './told-clock.ts';

const TRUE_MS = 1_800_000_000_000;
let [elapsed, ahead, asleep] = [0, 0, 0];
let clock: ToldClock;
const raw = (): Instant => ({
  wallMs: TRUE_MS + elapsed + asleep + ahead,
  monotonicMs: 1_000 + elapsed,
  bootMs: 1_000 + elapsed + asleep,
});

beforeEach(() => {
  [elapsed, ahead, asleep] = [0, 0, 0];
  clock = new ToldClock({ now: raw });
});

/** As an answer says it: whole seconds. */
function answer(tookMs = 200, theirMs = TRUE_MS + elapsed + asleep + tookMs / 2): void {
  const asked = raw();
  elapsed += tookMs;
  clock.heard(Math.floor(theirMs / 1000) * 1000, asked, raw());
}

const errorMs = (): number => Math.abs(clock.now().wallMs - (TRUE_MS + elapsed + asleep));

test.each([-1_800_000_000_000, -86_400_000 * 5, 3_600_000, 86_400_000 * 365])(
  'a clock %i ms ahead is corrected',
  (by) => {
    ahead = by;
    expect(clock.aheadSeconds()).toBe(undefined);
    answer();
    expect(errorMs()).toBeLessThan(1_500);
    expect(Math.abs((clock.aheadSeconds() ?? 0) - by / 1000)).toBeLessThan(2);
    elapsed += 3_600_000;
    asleep += 28_800_000;
    expect(errorMs()).toBeLessThan(1_500);
  },
);

test('a clock that is nearly right is left alone', () => {
  ahead = 90_000;
  answer();
  expect(clock.now()).toEqual(raw());
  expect(clock.aheadSeconds()).toBe(0);
});

test('once the clock was set nothing is corrected until the next answer', () => {
  ahead = -86_400_000 * 5;
  answer();
  ahead = 0;
  expect(clock.now()).toEqual(raw());
  expect(clock.aheadSeconds()).toBe(undefined);
  answer();
  expect(clock.aheadSeconds()).toBe(0);
  ahead = 7_200_000;
  answer();
  expect(errorMs()).toBeLessThan(1_500);
});

test('what is heard again does not make the clock jump by a second now and then', () => {
  ahead = 7_200_000;
  answer();
  const offset = clock.now().wallMs - raw().wallMs;
  for (let each = 0; each < 20; each++) {
    elapsed += 3_600_123;
    answer(150 + 37 * each);
    expect(clock.now().wallMs - raw().wallMs).toBe(offset);
  }
});

test('slow answers, answers while the clock was set, and no time at all say nothing', () => {
  ahead = 7_200_000;
  answer(61_000);
  const asked = raw();
  ahead = 14_400_000;
  clock.heard(TRUE_MS + elapsed, asked, raw());
  clock.heard(Number.NaN, raw(), raw());
  expect(clock.aheadSeconds()).toBe(undefined);
});
