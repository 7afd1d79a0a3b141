import { expect, test } from 'vitest';
import { FolderLimits } from '../watch/folder-limits.ts';
import { folderList } from './folder-list.ts';
import { loadConfig } from './load-config.ts';

test('one folder has one spelling, however it is written', () => {
  expect(folderList(['/opt/', '//opt//tools/.', '/'], 'linux')).toEqual(['/opt', '/opt/tools', '/']);
  expect(folderList('/opt/:/srv:/opt', 'linux')).toEqual(['/opt', '/srv']);
  // Where this leads depends on whether `link` is one.
  expect(folderList(['/opt/link/../x'], 'darwin')).toEqual(['/opt/link/../x']);
});

test('what is excluded stays so under an end that nobody meant', () => {
  const { excludedFolders } = loadConfig({ excludedFolders: '/opt/comes-later/' }, {}).config;
  const limits = new FolderLimits({ excluded: excludedFolders });
  expect(
    ['/opt/comes-later', '/opt/comes-later/bin/x', '/opt/comes'].map((path) => limits.forbids(path)),
  ).toEqual([true, true, false]);
});

test('on Windows both slashes and the case of the drive make no difference, and semicolons stand between folders', () => {
  for (const written of ['C:/Tools', 'c:\\Tools\\', 'C:\\\\Tools\\.', 'c:/x/../Tools//'])
    expect([written, folderList([written], 'win32')]).toEqual([written, ['C:\\Tools']]);
  expect(folderList('C:/Tools;d:\\;\\\\server\\share\\bin\\', 'win32')).toEqual([
    'C:\\Tools',
    'D:\\',
    '\\\\server\\share\\bin',
  ]);
  expect(folderList(['C:\\Tools', 'c:/tools', 'C:/Other'], 'win32')).toEqual(['C:\\Tools', 'C:\\Other']);
});

test.each<[unknown, NodeJS.Platform]>([
  ['relative', 'linux'],
  ['', 'linux'],
  [[], 'linux'],
  [[1], 'linux'],
  ['C:\\Tools', 'linux'],
  [['\\Tools'], 'win32'],
  [['C:Tools'], 'win32'],
  [['tools'], 'win32'],
  [['\\\\?\\C:\\Tools'], 'win32'],
  [['\\\\.\\pipe\\x'], 'win32'],
  [['C:\\Tools', 7], 'win32'],
])('%j is no list of folders on %s', (value, platform) => {
  expect(folderList(value, platform)).toBeUndefined();
});
