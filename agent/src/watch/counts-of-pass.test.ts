import { expect, test } from 'vitest';
import { CountsOfPass } from './counts-of-pass.ts';

test('the same things met in each pass do not add up, and a pass that has just begun does not hide them', () => {
  const counts = new CountsOfPass<string>();
  const meet = (times: number): void => {
    for (let time = 0; time < times; time++) counts.add('a');
  };
  meet(3);
  for (let pass = 0; pass < 5; pass++) {
    counts.passBegins();
    expect(counts.counts().get('a')).toBe(3);
    meet(3);
    expect(counts.counts().get('a')).toBe(3);
  }
  counts.passBegins();
  meet(1);
  counts.passBegins();
  expect(counts.counts().get('a')).toBe(1);
  counts.clear();
  expect(counts.counts().size).toBe(0);
});
