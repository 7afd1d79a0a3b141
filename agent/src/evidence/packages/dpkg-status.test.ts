import { expect, test } from 'vitest';
import { diversionsOf, InstalledPackages, stanzasOf } from './dpkg-status.ts';
import { lockedInodes } from './file-locks.ts';
import { withoutMailAddress } from './vendor-name.ts';

const STATUS = `Package: hello
Status: install ok installed
Maintainer: Ada Lovelace <ada@example.org>
Architecture: amd64
Version: 1:2.0-1
Description: says hello
 Package: not-a-field

Package: old
Status: deinstall ok config-files
Architecture: amd64
Version: 3

Package: half
Status: install ok half-configured
Architecture: all
Version: 4
`;

test('keeps packages whose files are there, under both names of their lists', () => {
  const packages = new InstalledPackages();
  for (const stanza of stanzasOf(STATUS)) packages.add(stanza);
  expect(packages.size).toBe(4);
  expect(packages.get('half')).toBe(packages.get('half:all'));
  expect(packages.get('hello')).toBe(packages.get('hello:amd64'));
  expect(packages.get('half')?.version).toBe('4');
  expect(packages.get('hello')).toEqual({
    manager: 'dpkg',
    name: 'hello',
    version: '1:2.0-1',
    architecture: 'amd64',
    vendor: 'Ada Lovelace',
  });
});

test('no mail address of a maintainer stays', () => {
  expect(withoutMailAddress('Debian X Strike Force <debian-x@lists.debian.org>')).toBe(
    'Debian X Strike Force',
  );
  expect(withoutMailAddress('"Doe, Jane" <jane@example.org>')).toBe('Doe, Jane');
  expect(withoutMailAddress('<nobody@example.org>')).toBeUndefined();
  expect(withoutMailAddress('jane@example.org')).toBeUndefined();
  expect(withoutMailAddress('Jane <jane@example.org')).toBe('Jane');
  expect(withoutMailAddress('A <a@example.org>, B <b@example.org>')).toBe('A, B');
  expect(withoutMailAddress(undefined)).toBeUndefined();
});

test('reads diversions, and leaves out a broken rest', () => {
  expect(diversionsOf('/a\n/b\npkg\n/c\n/d\n:\n/broken\n')).toEqual([
    { from: '/a', to: '/b', by: 'pkg' },
    { from: '/c', to: '/d', by: undefined },
  ]);
});

test('reads inodes from the kernel table of locks', () => {
  const table =
    '1: POSIX  ADVISORY  WRITE 1234 fe:00:5678 0 EOF\n2: -> FLOCK  ADVISORY  READ 9 00:1a:42 0 EOF\n';
  expect(lockedInodes(table)).toEqual(['5678', '42']);
});
