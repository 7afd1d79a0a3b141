import { expect, test } from 'vitest';
import { installedPackages, ownerNames, readSearch, type SearchAnswer } from './dpkg-owners.ts';

function read(text: string): SearchAnswer {
  const answer: SearchAnswer = { owners: new Map(), diversions: new Map() };
  readSearch(text, answer);
  return answer;
}

test('a file has the packages that dpkg names, architectures and all', () => {
  const answer = read('git: /usr/bin/git\nlibc6:amd64, libc6:i386: /usr/share/x: y\n');
  expect(ownerNames('/usr/bin/git', answer)).toEqual(['git']);
  expect(ownerNames('/usr/share/x: y', answer)).toEqual(['libc6:amd64', 'libc6:i386']);
  expect(ownerNames('/usr/bin/nobodys', answer)).toEqual([]);
});

test('of a diverted path the package that diverts has the file in place, the other the one moved aside', () => {
  const answer = read(
    [
      'diversion by postgresql-common from: /usr/bin/pg_config',
      'diversion by postgresql-common to: /usr/bin/pg_config.libpq-dev',
      'postgresql-common, libpq-dev: /usr/bin/pg_config',
    ].join('\n'),
  );
  expect(ownerNames('/usr/bin/pg_config', answer)).toEqual(['postgresql-common']);
  expect(ownerNames('/usr/bin/pg_config.libpq-dev', answer)).toEqual(['libpq-dev']);
});

test('what an administrator diverted belongs to its package where it went, and to nobody where it was', () => {
  const answer = read(
    'local diversion from: /usr/bin/x\nlocal diversion to: /usr/bin/x.old\nx: /usr/bin/x\n',
  );
  expect(ownerNames('/usr/bin/x', answer)).toEqual([]);
  expect(ownerNames('/usr/bin/x.old', answer)).toEqual(['x']);
});

test('a removed package that left its configuration owns nothing', () => {
  const packages = installedPackages('a:amd64\ta\t1\tinstalled\nb\tb\t2\tconfig-files\n');
  expect([...packages]).toEqual([['a:amd64', { package: 'a', version: '1' }]]);
});
