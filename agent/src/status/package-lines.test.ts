import { expect, test } from 'vitest';
import { packageLines } from './package-lines.ts';

test('status says which databases are used, which are not and why', () => {
  const none = { packages: 0, paths: 0, leftOut: 0 };
  expect(
    packageLines([
      { manager: 'dpkg', state: 'loaded', packages: 916, paths: 65_000, leftOut: 0 },
      { manager: 'rpm', state: 'not-read', reason: 'its format is Berkeley DB', ...none },
      { manager: 'apk', state: 'absent', ...none },
      { manager: 'pacman', state: 'failed', reason: 'no permission', ...none },
      { manager: 'npm', state: 'loaded', packages: 2, paths: 0, leftOut: 1 },
    ]),
  ).toEqual([
    [
      'packages',
      'dpkg (916 packages, 65000 files); rpm (not read: its format is Berkeley DB); pacman (failed: no permission); npm (2 packages, 1 left out)',
    ],
  ]);
  expect(packageLines([{ manager: 'dpkg', state: 'absent', ...none }])).toEqual([
    ['packages', 'no package database'],
  ]);
  expect(packageLines()).toEqual([['packages', 'no package database']]);
});
