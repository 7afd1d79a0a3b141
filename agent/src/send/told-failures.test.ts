import { expect, test } from 'vitest';
import { ToldFailures } from './told-failures.ts';

const linesOf = (failures: number, why: (failure: number) => string): number => {
  const told = new ToldFailures();
  let lines = 0;
  for (let failure = 1; failure <= failures; failure++) if (told.isWorthALine(failure, why(failure))) lines++;
  return lines;
};

test('an outage is told by ever fewer lines, and every reason once', () => {
  expect(linesOf(1, () => 'refused')).toBe(1);
  expect(linesOf(1000, () => 'refused')).toBe(10);
  expect(linesOf(1000, (failure) => (failure < 700 ? 'refused' : 'no route'))).toBe(11);
});

test('reasons that are never the same do not fill the log', () => {
  expect(linesOf(100_000, (failure) => `reason ${failure}`)).toBeLessThan(30);
});

test('after something worked every reason is told again', () => {
  const told = new ToldFailures();
  expect([3, 5].map((failures) => told.isWorthALine(failures, 'refused'))).toEqual([true, false]);
  told.succeeded();
  expect(told.isWorthALine(5, 'refused')).toBe(true);
});
