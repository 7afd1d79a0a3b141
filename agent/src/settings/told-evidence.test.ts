import { expect, test } from 'vitest';
import { mayTellEvidence } from './told-evidence.ts';

const everything = { homeFolders: true, excludedFolders: [], rootsAtMost: undefined };

test.each([
  ['~/.local/bin/x', everything, true],
  ['~/.local/bin/x', { ...everything, homeFolders: false }, false],
  ['~/.local/bin/x', { ...everything, rootsAtMost: ['/usr'] }, false],
  ['/usr/bin/x', { ...everything, homeFolders: false, rootsAtMost: ['/usr'] }, true],
  ['/opt/x', { ...everything, rootsAtMost: ['/usr'] }, false],
  ['/opt/x', { ...everything, excludedFolders: ['/opt'] }, false],
])('%s that only ran, under %j: %s', (path, scope, told) => {
  expect(mayTellEvidence(path, false, scope)).toBe(told);
  expect(mayTellEvidence(path, true, scope), 'installed').toBe(true);
});
