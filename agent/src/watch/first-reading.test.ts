import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FirstReading } from './first-reading.ts';

test('it begins with the first who waits for it, and once', async () => {
  let begun = 0;
  const first = new FirstReading(async () => {
    begun++;
    await nextTurn();
  });
  await nextTurn();
  expect(begun).toBe(0);
  expect(first.isOver).toBe(false);
  await Promise.all([first.wait(), first.wait()]);
  expect(begun).toBe(1);
  expect(first.isOver).toBe(true);
  expect(first.wait()).toBeUndefined();
});
