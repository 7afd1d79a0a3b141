import { expect, test } from 'vitest';
import { FewTexts, ListedFiles } from './dpkg-list.ts';

function filesOf(list: string): string[] {
  const files: string[] = [];
  for (const listed = new ListedFiles(Buffer.from(list)); listed.next(); ) files.push(listed.path());
  return files;
}

test('folders are left out, which are named before what is in them', () => {
  const list = '/.\n/usr\n/usr/bin\n/usr/bin/a\n/usr/bin/ab\n/usr/lib\n/usr/lib/x/y\n';
  expect(filesOf(list)).toEqual(['/.', '/usr/bin/a', '/usr/bin/ab', '/usr/lib/x/y']);
});

test('a list may be empty, have empty lines, and end without a line feed', () => {
  expect(filesOf('')).toEqual([]);
  expect(filesOf('\n\n/usr/bin/a\n\n/usr/bin/b')).toEqual(['/usr/bin/a', '/usr/bin/b']);
});

test('names beyond ASCII stay what they are', () => {
  expect(filesOf('/usr/share/\u00e4\u00f6\n/usr/share/\u65e5\u672c\n')).toEqual([
    '/usr/share/\u00e4\u00f6',
    '/usr/share/\u65e5\u672c',
  ]);
});

test('none of the few texts is missed, and nearly all others are told apart', () => {
  const few = new FewTexts(['/usr/bin/sh', '/usr/share/man/sh.1.gz']);
  const may = (text: string): boolean =>
    few.mayHave(Buffer.from(`xx${text}`), 2, 2 + Buffer.byteLength(text));
  expect(may('/usr/bin/sh')).toBe(true);
  expect(may('/usr/share/man/sh.1.gz')).toBe(true);
  expect(may('/usr/bin/as')).toBe(false);
  expect(may('/usr/bin/bash')).toBe(false);
});
