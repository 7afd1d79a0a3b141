import { expect, test } from 'vitest';
import { outermostPaths } from './is-within.ts';

test('of paths the outermost are left, whatever sorts between them', () => {
  expect(outermostPaths(['/a/b', '/a', '/a-b', '/a/b/c', '/d/e', '/d/e'])).toEqual(['/a', '/a-b', '/d/e']);
  expect(outermostPaths(['/a', '/', '/b/c'])).toEqual(['/']);
  expect(outermostPaths([])).toEqual([]);
});
