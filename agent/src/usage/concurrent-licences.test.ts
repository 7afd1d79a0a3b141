import { expect, test } from 'vitest';
import { isListed } from './concurrent-licences.ts';

test.each([
  ['/usr/bin/draw', ['/usr/bin/draw'], true],
  ['/usr/bin/draw2', ['/usr/bin/draw'], false],
  ['/opt/draw/12/bin/draw', ['/opt/draw/*/bin/draw'], true],
  ['/opt/draw/12/x/bin/draw', ['/opt/draw/*/bin/draw'], false],
  ['/opt/draw/bin/draw', ['/opt/draw/*/bin/draw'], false],
  ['/opt/draw/12/bin/other', ['/opt/draw/*/bin/draw'], false],
  // What path rules made up is a * in the path itself.
  ['/snap/draw/*/bin/draw', ['/snap/draw/*/bin/draw'], true],
  ['/home/draw', ['draw'], false],
  ['/usr/bin/draw', [], false],
])('%s is of %j: %s', (path, listed, is) => {
  expect(isListed({ path }, listed)).toBe(is);
});

test('a package lists all of its programs, by its whole name', () => {
  expect(isListed({ path: '/usr/bin/a', packageName: 'draw' }, ['other', 'draw'])).toBe(true);
  expect(isListed({ path: '/usr/bin/a', packageName: 'draw-docs' }, ['draw'])).toBe(false);
  expect(isListed({ path: '/usr/bin/a' }, ['draw'])).toBe(false);
});
