import { expect, test } from 'vitest';
import { markOf, QuietFolders } from './quiet-folders.ts';

const all = (folders: QuietFolders, most = 3): [string, number][] =>
  [...folders.batches(most)].flat().map(({ path, mark }) => [path, mark]);

test('gives back what it was given, in any order, whatever the names', () => {
  const folders = new QuietFolders();
  const paths = [
    '/usr/share',
    '/usr/share/doc',
    '/usr/share/doc/a',
    '/usr/share/doc/ab',
    '/opt',
    '/',
    '/opt/\u{1F600}/x',
    '/opt/\u{1F601}/x',
    '/opt/\u00e4',
    '/opt/\u00e4',
    `/opt/${'n'.repeat(4000)}`,
    '/opt/n',
  ];
  for (const [number, path] of paths.entries()) folders.add(path, `key ${number}`);
  expect(folders.size).toBe(paths.length);
  expect(all(folders)).toEqual(paths.map((path, number) => [path, markOf(`key ${number}`)]));
  expect([...folders.batches(5)].map((batch) => batch.length)).toEqual([5, 5, 2]);
});

test('what is added during a look comes with the next one', () => {
  const folders = new QuietFolders();
  folders.add('/a', '1');
  folders.add('/b', '2');
  const seen: string[] = [];
  for (const batch of folders.batches(1)) {
    seen.push(...batch.map(({ path }) => path));
    folders.add(`/later/${folders.size}`, '3');
  }
  expect(seen).toEqual(['/a', '/b']);
  expect(folders.size).toBe(4);
});

test('another key is another mark', () => {
  const marks = new Set(Array.from({ length: 10_000 }, (_, inode) => markOf(`2049:${inode}:1700000000000`)));
  expect(marks.size).toBe(10_000);
});
