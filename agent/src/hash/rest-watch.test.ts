import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RestReason } from './rest-decision.ts';
import { RestWatch } from './rest-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('that it may work in spite of a reason outlasts a moment without work', () => {
  const pressure = { cpu: 90, storage: 0, memory: 0 };
  const told: (RestReason | undefined)[] = [];
  let busy = true;
  const watch = new RestWatch({
    look: () => ({ onBattery: false, pressure, loadPerCore: 9 }),
    nowMs: () => performance.now(),
    isBusy: () => busy,
    onChange: (reason) => told.push(reason),
  });
  watch.wake();
  expect(watch.reason).toBe('load');
  // The longest rest is over; what waits for that comes back only after the watch saw that nothing was to be done.
  vi.advanceTimersByTime(3_600_000);
  expect(watch.reason).toBeUndefined();
  busy = false;
  vi.advanceTimersByTime(10_000);
  busy = true;
  watch.wake();
  expect([watch.reason, told]).toEqual([undefined, ['load', undefined]]);
  vi.advanceTimersByTime(900_000);
  expect(watch.reason).toBe('load');
  watch.close();
});
