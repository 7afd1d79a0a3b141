import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalisePath, type PathPlatform, placeInHome } from './path-rules.ts';

interface Vector {
  rule: number;
  raw: string;
  normalised: string;
  platform?: PathPlatform;
  homes?: string[];
}

/** Version 1 for ever: a changed line here changes the ids of executables. */
const vectors = JSON.parse(
  readFileSync(new URL('../golden/path-rules.json', import.meta.url), 'utf8'),
) as Vector[];

const normalise = ({ raw, platform = 'posix', homes }: Omit<Vector, 'rule' | 'normalised'>) =>
  normalisePath(raw, { platform, ...(homes && { homes }) });

describe('golden paths', () => {
  test.each(vectors)('rule $rule: $raw', (vector) => {
    expect(normalise(vector)).toBe(vector.normalised);
  });

  test('every rule has vectors, sixty or more in all', () => {
    expect(new Set(vectors.map(({ rule }) => rule))).toEqual(new Set([1, 2, 3, 4, 5]));
    expect(vectors.length).toBeGreaterThanOrEqual(60);
  });
});

const segment = fc.stringMatching(/^[a-zA-Z0-9._ é-]{1,12}$/).filter((name) => name !== '.' && name !== '..');
const person = fc.stringMatching(/^[a-z]{3,10}$/).map((name) => `person-${name}`);
const posixHome = fc
  .tuple(fc.constantFrom('/home/', '/var/home/', '/Users/'), person)
  .map(([above, name]) => above + name);

describe('whatever the path', () => {
  test('the name of a person whose home it is in does not survive', () => {
    fc.assert(
      fc.property(posixHome, fc.array(segment, { minLength: 1, maxLength: 5 }), (home, segments) => {
        const normalised = normalise({ raw: `${home}/${segments.join('/')}` });
        expect(normalised).toMatch(/^~\//);
        expect(normalised).not.toContain('person-');
      }),
    );
  });

  test('two people with the same files have the same paths', () => {
    fc.assert(
      fc.property(
        posixHome,
        posixHome,
        fc.array(segment, { minLength: 1, maxLength: 5 }),
        (a, b, segments) => {
          const file = segments.join('/');
          expect(normalise({ raw: `${a}/${file}` })).toBe(normalise({ raw: `${b}/${file}` }));
        },
      ),
    );
  });

  test('composed and decomposed spellings are one path', () => {
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
        const raw = `/opt/${segments.join('/')}`;
        expect(normalise({ raw: raw.normalize('NFD') })).toBe(normalise({ raw: raw.normalize('NFC') }));
      }),
    );
  });

  test('outside homes a second time changes nothing', () => {
    const top = fc.constantFrom('/usr/', '/opt/', '/tmp/', '/var/tmp/', '/run/user/', '/proc/', '/snap/');
    fc.assert(
      fc.property(top, fc.array(segment, { minLength: 1, maxLength: 5 }), (root, segments) => {
        const once = normalise({ raw: root + segments.join('/') });
        expect(normalise({ raw: once })).toBe(once);
      }),
    );
  });

  test('on Windows the case and the slash of a path do not matter', () => {
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
        const raw = `C:\\${segments.join('\\')}`;
        const variant = raw.toUpperCase().replaceAll('\\', '/');
        expect(normalise({ raw, platform: 'windows' })).toBe(
          normalise({ raw: variant, platform: 'windows' }),
        );
      }),
    );
  });
});

test('folders of a home are install folders, may hold one, or are anything else', () => {
  const places = (...folders: string[]) => folders.map(placeInHome);
  expect(places('bin', 'bin/deep', '.local/share', 'snap/x/1', 'appdata/local/programs')).toEqual(
    Array(5).fill('installed'),
  );
  expect(places('', '.local', '.dotnet/tools', 'Library', 'appdata/local/microsoft')).toEqual([
    'above',
    'above',
    'installed',
    'above',
    'above',
  ]);
  expect(places('src', 'binary', 'src/bin', '.local/state', 'Library/Caches')).toEqual(
    Array(5).fill('elsewhere'),
  );
});
