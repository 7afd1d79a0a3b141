import { expect, test } from 'vitest';
import { isHeld, judgeSummaries } from './held-summaries.ts';

const LIMITS = { leastDevices: 3, leastPercent: 0.5 };

test.each([
  // [left out, of, held]
  [0, 0, false],
  [1, 1, false],
  [2, 2, false],
  [3, 3, true],
  [2, 100, false],
  [3, 600, true],
  [3, 601, false],
  [4, 800, true],
  [4, 801, false],
  [4_999, 1_000_000, false],
  [5_000, 1_000_000, true],
])('%i devices left out of %i: held is %s', (devicesExcluded, devices, held) => {
  expect(isHeld({ devicesExcluded, devices }, LIMITS)).toBe(held);
});

test('nothing is held because of no device, whatever the limits are', () => {
  expect(isHeld({ devicesExcluded: 0, devices: 10 }, { leastDevices: 0, leastPercent: 0 })).toBe(false);
  expect(isHeld({ devicesExcluded: 1, devices: 10 }, { leastDevices: 0, leastPercent: 0 })).toBe(true);
});

test('what is held stays stale since it was held first, and is current again below the threshold', () => {
  const summary = { applicationId: '00000000000000aa', application: 'Editor', publisher: '' };
  const judge = (devicesExcluded: number, staleSince?: number) =>
    judgeSummaries([{ ...summary, devicesExcluded, devices: 400, staleSince }], LIMITS, 5_000)[0]?.staleSince;
  expect(judge(4)).toBe(5_000);
  expect(judge(4, 1_000)).toBe(1_000);
  expect(judge(1, 1_000)).toBeUndefined();
  expect(judge(1)).toBeUndefined();
});
