import { expect, test } from 'vitest';
import { solveCosts, solveTwo } from './solve-costs.ts';

test('three batches give back the costs that they were made of', () => {
  const cost = (items: number, things: number) => ({
    items,
    things,
    cost: 5000 + items * (300 + things * 0.25),
  });
  const { fixed, item, thing } = solveCosts(cost(16, 200), cost(250, 200), cost(250, 2000));
  expect(fixed).toBeCloseTo(5000, 6);
  expect(item).toBeCloseTo(300, 6);
  expect(thing).toBeCloseTo(0.25, 9);
  // A size that was not among the three.
  expect(fixed + 1000 * (item + 1500 * thing)).toBeCloseTo(5000 + 1000 * (300 + 1500 * 0.25), 3);
});

test('a cost never comes out below nothing', () => {
  const parts = solveCosts(
    { items: 16, things: 200, cost: 9000 },
    { items: 250, things: 200, cost: 8000 },
    { items: 250, things: 2000, cost: 7000 },
  );
  expect(Object.values(parts).every((part) => part >= 0)).toBe(true);
});

test('two sizes give what is fixed and what each thing costs', () => {
  expect(solveTwo({ things: 10, cost: 120 }, { things: 20, cost: 140 })).toEqual({ item: 100, thing: 2 });
});
