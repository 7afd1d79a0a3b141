/** The lists of systems that no agent has run on here, as values; see the head of each file for where they come from. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { normalisePath, type PathPlatform } from '@fleetmeter/proto';
import { expect, test } from 'vitest';
import { MountTable } from './mount-table.linux.ts';
import type { PlatformRoots } from './platform-roots.ts';
import { DARWIN_ROOTS, parseMounts } from './scan-roots.darwin.ts';
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

/**
 * Outputs of mount(8) as people published them, by where they were found; nothing of this was run on macOS.
 *   macOS 10.14: github.com/kellyjonbrazil/jc, tests/fixtures/osx-10.14.6/mount2.out
 *   macOS 11 and later: github.com/libyal/libfsapfs, issue 47
 *   osxfuse: github.com/pachyderm/pachyderm, doc/docs/master/how-tos/export-data-out-pachyderm/
 *   mount-repo-to-local-computer.md
 */
const PUBLISHED_MOUNTS: [name: string, text: string, expected: [path: string, kind: string | undefined][]][] =
  [
    [
      'macOS 10.14 with a share of AFP',
      `/dev/disk1s1 on / (apfs, local, journaled)
devfs on /dev (devfs, local, nobrowse)
/dev/disk1s4 on /private/var/vm (apfs, local, noexec, journaled, noatime, nobrowse)
map -hosts on /net (autofs, nosuid, automounted, nobrowse)
map auto_home on /home (autofs, automounted, nobrowse)
//brazil@MyCloudEX2Ultra._afpovertcp._tcp.local/brazil on /Volumes/brazil (afpfs, nodev, nosuid, mounted by kelly)
/dev/disk1s3 on /Volumes/Recovery (apfs, local, journaled, nobrowse)
`,
      [
        ['/', undefined],
        ['/dev', 'pseudo'],
        ['/private/var/vm', undefined],
        ['/net', 'pseudo'],
        ['/home', 'pseudo'],
        ['/Volumes/brazil', 'network'],
        ['/Volumes/Recovery', undefined],
      ],
    ],
    [
      'macOS with a sealed start volume, and macFUSE',
      `/dev/disk1s5s1 on / (apfs, sealed, local, read-only, journaled)
devfs on /dev (devfs, local, nobrowse)
/dev/disk1s4 on /System/Volumes/VM (apfs, local, noexec, journaled, noatime, nobrowse)
/dev/disk1s2 on /System/Volumes/Preboot (apfs, local, journaled, nobrowse)
/dev/disk1s6 on /System/Volumes/Update (apfs, local, journaled, nobrowse)
/dev/disk1s1 on /System/Volumes/Data (apfs, local, journaled, nobrowse)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
fsapfsmount@macfuse0 on /Volumes/Test (macfuse, synchronous)
`,
      [
        ['/', undefined],
        ['/dev', 'pseudo'],
        ['/System/Volumes/VM', undefined],
        ['/System/Volumes/Preboot', undefined],
        ['/System/Volumes/Update', undefined],
        ['/System/Volumes/Data', undefined],
        ['/System/Volumes/Data/home', 'pseudo'],
        ['/Volumes/Test', 'network'],
      ],
    ],
    [
      'osxfuse',
      'pachctl@osxfuse0 on /Users/testuser/pfs (osxfuse, nodev, nosuid, synchronous, mounted by testuser)\n',
      [['/Users/testuser/pfs', 'network']],
    ],
  ];

test.each(PUBLISHED_MOUNTS)(
  'macOS: what is mounted where, and what of it is left out: %s',
  (_, text, expected) => {
    const mounts = parseMounts(text);
    expect(mounts.map(({ path, type }) => [path, DARWIN_ROOTS.kindOf(type)])).toEqual(expected);
  },
);

test('macOS: mounts of other kinds, and lines that are none', () => {
  // Written here in the form above: no published output with a share of SMB beside a stick was found.
  const mounts = parseMounts(
    [
      '//ada@server/share on /Volumes/share (copy) (smbfs, nodev, nosuid, mounted by ada)',
      '/dev/disk4s1 on /Volumes/STICK (msdos, local, nodev, nosuid, noowners)',
      'no mount',
    ].join('\n'),
  );
  expect(mounts.map(({ path, type }) => [path, DARWIN_ROOTS.kindOf(type)])).toEqual([
    ['/Volumes/share (copy)', 'network'],
    ['/Volumes/STICK', 'removable'],
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
