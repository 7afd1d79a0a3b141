/** Which executables are one application, where all that is known of them is the name of their file. */
import { expect, test } from 'vitest';
import { NO_CATALOGUE } from '../catalogue/catalogue-in-force.ts';
import { mapExecutable } from './map-executable.ts';

const idOf = (path: string): bigint => mapExecutable({ path }, NO_CATALOGUE).applicationId;

test('files of one name are one application, in homes and elsewhere for themselves', () => {
  expect(idOf('/opt/anna-diary')).toBe(idOf('/srv/bin/anna-diary'));
  expect(idOf('~/bin/anna-diary')).toBe(idOf('~/.local/bin/anna-diary'));
  // Who puts one of that name anywhere else must not give a name to what somebody has at home.
  expect(idOf('~/bin/anna-diary')).not.toBe(idOf('/opt/anna-diary'));
});

test('what a package owns is one application wherever it lies', () => {
  const owned = { packageName: 'tool', packageVendor: 'Acme' };
  const [home, system] = ['~/.local/bin/tool', '/usr/bin/tool'].map(
    (path) => mapExecutable({ path, ...owned }, NO_CATALOGUE).applicationId,
  );
  expect(home).toBe(system);
});
