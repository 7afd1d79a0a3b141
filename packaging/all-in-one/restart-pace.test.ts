import { expect, test } from 'vitest';
import { afterEnd, FIRST_START, HEALTHY_MS, type RestartPace } from './restart-pace.ts';

function pausesOf(lives: number[]): number[] {
  let pace: RestartPace = FIRST_START;
  return lives.map((lived) => {
    const next = afterEnd(pace, lived);
    pace = next.pace;
    return next.pauseMs;
  });
}

test('pauses double from a quarter of a second to ten seconds', () => {
  expect(pausesOf(Array(8).fill(100))).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});

test('thirty seconds of health start the pauses again, a moment less does not', () => {
  expect(pausesOf([100, 100, 100, HEALTHY_MS, 100])).toEqual([250, 500, 1000, 250, 500]);
  expect(pausesOf([100, 100, 100, HEALTHY_MS - 1])).toEqual([250, 500, 1000, 2000]);
});

test('a process that dies for months never overflows into no pause at all', () => {
  expect(pausesOf(Array(5000).fill(0)).at(-1)).toBe(10_000);
});
