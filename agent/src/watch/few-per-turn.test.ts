import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FewPerTurn } from './few-per-turn.ts';

test('a few go in each turn, in the order of asking, and all of them', async () => {
  const few = new FewPerTurn(3);
  const gone: number[] = [];
  const waiting = Array.from({ length: 8 }, (_, index) => few.turn().then(() => gone.push(index)));
  await Promise.resolve();
  expect(gone).toEqual([]);
  const seen: number[] = [];
  while (gone.length < 8) {
    await nextTurn();
    seen.push(gone.length);
  }
  await Promise.all(waiting);
  expect(gone).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  for (const [index, count] of seen.entries()) expect(count - (seen[index - 1] ?? 0)).toBeLessThanOrEqual(3);
});

test('who asks after the last has gone is let go too', async () => {
  const few = new FewPerTurn(2);
  await few.turn();
  await few.turn();
  let gone = 0;
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      await few.turn();
      gone++;
      await few.turn();
      gone++;
    }),
  );
  expect(gone).toBe(6);
});
