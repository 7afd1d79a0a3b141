import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turn } from './turn.ts';

function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** Turns of the loop that somebody else had, each of `busyMs`, by the time long work of 20 ms in pieces was done. */
async function turnsBeside(busyMs: number): Promise<number> {
  let turns = 0;
  let over = false;
  const other = (async () => {
    while (!over) {
      await nextTurn();
      spin(busyMs);
      turns++;
    }
  })();
  const turn = new Turn();
  for (let piece = 0; piece < 80; piece++) {
    await turn.share();
    spin(0.25);
  }
  over = true;
  await other;
  return turns;
}

test('a request that needs the loop several times gets it several times in a row', async () => {
  // 20 slices of a millisecond, and after each of them four turns of the others.
  expect(await turnsBeside(0.5)).toBeGreaterThan(40);
});

test('in a flood, whose turns are long, long work gets its part', async () => {
  // Four turns of 8 ms let it go on for 8 ms itself: three slices are enough, with a few turns more on a busy machine.
  expect(await turnsBeside(8)).toBeLessThan(24);
});

test('others with nothing to do get one turn at a time', async () => {
  expect(await turnsBeside(0)).toBeLessThan(60);
});
