/** The lists of systems that no agent has run on here, as values; see the head of each file for where they come from. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { normalisePath, type PathPlatform } from '@fleetmeter/proto';
import { expect, test } from 'vitest';
import { MountTable } from './mount-table.ts';
import type { PlatformRoots } from './platform-roots.ts';
import { DARWIN_ROOTS } from './scan-roots.darwin.ts';
import { LINUX_ROOTS } from './scan-roots.linux.ts';
import { findScanRoots } from './scan-roots.ts';
import { mayBeProgram, win32Roots } from './scan-roots.win32.ts';
import { thisSystemsRoots } from './this-systems-roots.ts';

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
  const homes = roots.usualHomes(['canary-person'], roots.homeFolder);
  expect(homes.length).toBeGreaterThan(0);
  for (const home of homes) {
    const path = normalisePath(`${home}${separator}dir${separator}tool`, { platform, homes });
    expect(path).toBe('~/…/tool');
  }
});

test('each system is searched by its own lists, and an unknown one by those of Linux', () => {
  const rootsOf = (platform: NodeJS.Platform) => thisSystemsRoots(platform, { SystemRoot: 'D:\\Win' });
  expect(rootsOf('darwin').addedRoots).toContain('/Applications');
  expect(rootsOf('win32').systemRoots).toEqual(['D:\\Win']);
  expect(rootsOf('linux').systemRoots).toContain('/usr');
  expect(rootsOf('freebsd')).toBe(rootsOf('linux'));
});

test('finding takes roots, homes and what it stays off from those lists', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'system-')));
  try {
    for (const name of ['Applications', 'Library/Caches', 'Users/ada', 'Users/Shared'])
      mkdirSync(join(folder, name), { recursive: true });
    const at = (path: string): string => join(folder, path);
    const platform: PlatformRoots = {
      ...DARWIN_ROOTS,
      systemRoots: [at('System'), at('Library')],
      addedRoots: [at('Applications')],
      secondNames: [at('Library/Caches')],
    };
    const found = findScanRoots({ platform, homeFolder: at('Users'), mounts: new MountTable([]) });
    expect(found.roots.filter(({ path }) => path.startsWith(folder))).toEqual([
      { path: at('Library'), kind: 'large' },
      { path: at('Applications'), kind: 'small' },
      { path: at('Users/ada'), kind: 'large' },
    ]);
    expect(found.missing).toContain(at('System'));
    expect(found.limits.forbids(at('Library/Caches/x'))).toBe(true);
    // Accounts are in no file on macOS.
    expect(found.homes).not.toContain('/root');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('macOS: people are those below /Users, less what the system makes there', () => {
  expect(DARWIN_ROOTS.usualHomes(['ada', 'Shared', 'Guest', '.localized'], '/Users')).toEqual([
    '/var/root',
    '/Users/ada',
  ]);
});

test('Windows: the folders of programs are those that the environment names, each once', () => {
  expect(WINDOWS.addedRoots).toEqual(['C:\\Program Files (x86)', 'C:\\Program Files', 'D:\\Data']);
  expect(WINDOWS.systemRoots).toEqual(['C:\\Windows']);
  expect(win32Roots({}).addedRoots).toContain('C:\\Program Files');
  expect(WINDOWS.usualHomes(['Ada', 'Public', 'Default', 'All Users'], WINDOWS.homeFolder)).toEqual([
    'C:\\Users\\Ada',
  ]);
  const kinds = ['DRIVE_FIXED', 'DRIVE_REMOTE', 'DRIVE_CDROM', 'DRIVE_REMOVABLE'].map(WINDOWS.kindOf);
  expect(kinds).toEqual([undefined, 'network', 'removable', 'removable']);
  expect(['setup.EXE', 'a.dll', 'readme.txt', 'exe'].map(mayBeProgram)).toEqual([true, true, false, false]);
});
