import { expect, test } from 'vitest';
import { PathIndex } from './path-index.ts';

test('finds every one of 200,000 paths, and none of 200,000 others', () => {
  const index = new PathIndex();
  const path = (number: number) => `/usr/share/folder-${number % 977}/file-${number}`;
  for (let number = 0; number < 200_000; number++) index.add(path(number), number);
  expect(index.size).toBe(200_000);
  let wrong = 0;
  for (let number = 0; number < 200_000; number++) {
    if (index.get(path(number)) !== number) wrong++;
    if (index.get(`${path(number)}x`) !== undefined) wrong++;
  }
  expect(wrong).toBe(0);
});

test('the first owner of a path stays', () => {
  const index = new PathIndex();
  index.add('/usr/share/doc', 1);
  index.add('/usr/share/doc', 2);
  expect(index.get('/usr/share/doc')).toBe(1);
  expect(index.size).toBe(1);
});
