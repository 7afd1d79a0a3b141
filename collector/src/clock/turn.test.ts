import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turn } from './turn.ts';

function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('long work lets others in after each of its turns, and not after each of its pieces', async () => {
  let others = 0;
  let over = false;
  const other = (async () => {
    while (!over) {
      await nextTurn();
      others++;
    }
  })();
  const turn = new Turn();
  for (let piece = 0; piece < 160; piece++) {
    await turn.share();
    spin(0.25);
  }
  over = true;
  await other;
  // 40 ms of work are some ten turns; a busy machine lengthens pieces and so makes more of them.
  expect(others).toBeGreaterThanOrEqual(5);
  expect(others).toBeLessThan(60);
});
