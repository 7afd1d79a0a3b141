/** The lists of systems that no agent has run on here, as values; see the head of each file for where they come from. */
import { normalisePath, type PathPlatform } from '@fleetmeter/proto';
import { expect, test } from 'vitest';
import type { PlatformRoots } from './platform-roots.ts';
import { DARWIN_ROOTS, parseMounts } from './scan-roots.darwin.ts';
import { LINUX_ROOTS } from './scan-roots.linux.ts';
import { mayBeProgram, win32Roots } from './scan-roots.win32.ts';

const WINDOWS = win32Roots({
  SystemRoot: 'C:\\Windows',
  SystemDrive: 'C:',
  ProgramFiles: 'C:\\Program Files (x86)',
  ProgramW6432: 'C:\\Program Files',
  'ProgramFiles(x86)': 'C:\\Program Files (x86)\\',
  ProgramData: 'D:\\Data',
});

test.each<[string, PlatformRoots, PathPlatform]>([
  ['linux', LINUX_ROOTS, 'posix'],
  ['darwin', DARWIN_ROOTS, 'posix'],
  ['win32', WINDOWS, 'windows'],
])('on %s no root holds another, none is a home, and homes show no name', (_, roots, platform) => {
  const all = [...roots.systemRoots, ...roots.addedRoots];
  const separator = platform === 'windows' ? '\\' : '/';
  for (const one of all) {
    expect(all.filter((other) => `${other}${separator}`.startsWith(`${one}${separator}`))).toEqual([one]);
    expect(normalisePath(`${one}${separator}x`, { platform })).not.toMatch(/^~/);
  }
  const homes = roots.usualHomes(['canary-person']);
  expect(homes.length).toBeGreaterThan(0);
  for (const home of homes) {
    const path = normalisePath(`${home}${separator}dir${separator}tool`, { platform, homes });
    expect(path).toBe('~/…/tool');
  }
});

test('macOS: people are those below /Users, less what the system makes there', () => {
  expect(DARWIN_ROOTS.usualHomes(['ada', 'Shared', 'Guest', '.localized'])).toEqual([
    '/var/root',
    '/Users/ada',
  ]);
});

test('macOS: what is mounted where, and what of it is left out', () => {
  // Lines as mount(8) of macOS prints them for a start volume, a network share, a stick and an automounter.
  const mounts = parseMounts(
    [
      '/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)',
      'devfs on /dev (devfs, local, nobrowse)',
      '/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse, protect)',
      'map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)',
      '//ada@server/share on /Volumes/share (copy) (smbfs, nodev, nosuid, mounted by ada)',
      '/dev/disk4s1 on /Volumes/STICK (msdos, local, nodev, nosuid, noowners)',
      'no mount',
    ].join('\n'),
  );
  expect(mounts.map(({ path, type }) => [path, DARWIN_ROOTS.kindOf(type)])).toEqual([
    ['/', undefined],
    ['/dev', 'pseudo'],
    ['/System/Volumes/Data', undefined],
    ['/System/Volumes/Data/home', 'pseudo'],
    ['/Volumes/share (copy)', 'network'],
    ['/Volumes/STICK', 'removable'],
  ]);
});

test('Windows: the folders of programs are those that the environment names, each once', () => {
  expect(WINDOWS.addedRoots).toEqual(['C:\\Program Files (x86)', 'C:\\Program Files', 'D:\\Data']);
  expect(WINDOWS.systemRoots).toEqual(['C:\\Windows']);
  expect(win32Roots({}).addedRoots).toContain('C:\\Program Files');
  expect(WINDOWS.usualHomes(['Ada', 'Public', 'Default', 'All Users'])).toEqual(['C:\\Users\\Ada']);
  const kinds = ['DRIVE_FIXED', 'DRIVE_REMOTE', 'DRIVE_CDROM', 'DRIVE_REMOVABLE'].map(WINDOWS.kindOf);
  expect(kinds).toEqual([undefined, 'network', 'removable', 'removable']);
  expect(['setup.EXE', 'a.dll', 'readme.txt', 'exe'].map(mayBeProgram)).toEqual([true, true, false, false]);
});
