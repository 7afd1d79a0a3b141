/**
 * Outputs of mount(8) as people published them, by where they were found; nothing of this was run on macOS.
 *   macOS 10.14: github.com/kellyjonbrazil/jc, tests/fixtures/osx-10.14.6/mount2.out
 *   macOS 11 and later: github.com/libyal/libfsapfs, issue 47
 *   osxfuse: github.com/pachyderm/pachyderm, doc/docs/master/how-tos/export-data-out-pachyderm/
 *   mount-repo-to-local-computer.md
 *   SMB: the mailing list of git, permalink.gmane.org/gmane.comp.version-control.git/233110
 *   sticks: github.com/sabnzbd/sabnzbd, sabnzbd/utils/checkdir.py; github.com/learningequality/kolibri, the comment above
 *   OSX_MOUNT_PARSER
 *   discs, images, Boot Camp: mdfind-dired.el of EmacsWiki
 * Lines of a kind of which no published output with its place was at hand have tests of their own, which say so.
 */
import { expect, test } from 'vitest';
import { NO_FOLDER_LIMITS } from './folder-limits.ts';
import { MountTable } from './mount-table.ts';
import { mountsByCommand, parseMounts } from './mounts.darwin.ts';
import { DARWIN_ROOTS } from './scan-roots.darwin.ts';

const tableOf = (text: string): MountTable =>
  new MountTable(parseMounts(text), NO_FOLDER_LIMITS, DARWIN_ROOTS.kindOf);
/** undefined: this computer's own files are there. */
function kindAt(text: string, path: string): string | undefined {
  const exclusion = tableOf(text).exclusionAt(path);
  return exclusion && 'kind' in exclusion ? exclusion.kind : exclusion?.reason;
}

const PUBLISHED_MOUNTS: [name: string, text: string, mounts: [path: string, kind: string | undefined][]][] = [
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
  [
    'a share of SMB',
    '//tb@Linux/Docs on /Volumes/Docs (smbfs, nodev, nosuid, mounted by tb)\n',
    [['/Volumes/Docs', 'network']],
  ],
  [
    'sticks, one with a blank in its name',
    `/dev/disk9s1 on /Volumes/CARTUNES (msdos, local, nodev, nosuid, noowners)
/dev/disk1s1 on /Volumes/HP v125w (msdos, local, nodev, nosuid, noowners)
`,
    [
      ['/Volumes/CARTUNES', 'removable'],
      ['/Volumes/HP v125w', 'removable'],
    ],
  ],
  [
    'HFS+ discs and an image, Boot Camp, AFP',
    `/dev/disk0s2 on / (hfs, local, journaled)
/dev/disk2s2 on /Volumes/MyExternal1 (hfs, local, nodev, nosuid, journaled, noowners)
/dev/disk3s2 on /Volumes/MyDMG (hfs, local, nodev, nosuid, journaled, noowners, mounted by orz)
/dev/disk0s3 on /Volumes/BOOTCAMP (ntfs, local, noowners)
afp_2rT1As000e9Q0000oM0000VU-1.23000004 on /Volumes/MyAfpVol (afpfs, nodev, nosuid, mounted by orz)
`,
    [
      ['/', undefined],
      ['/Volumes/MyExternal1', undefined],
      ['/Volumes/MyDMG', undefined],
      ['/Volumes/BOOTCAMP', 'removable'],
      ['/Volumes/MyAfpVol', 'network'],
    ],
  ],
];

test.each(PUBLISHED_MOUNTS)('what is mounted where, and what of it is left out: %s', (_, text, mounts) => {
  expect(parseMounts(text).map(({ path }) => [path, kindAt(text, path)])).toEqual(mounts);
});

test('lines in the form above that were written here, and lines that are none', () => {
  const text = [
    '//ada@server/share on /Volumes/share (copy) (smbfs, nodev, nosuid, mounted by ada)',
    'server:/export/tools on /opt/tools (nfs, nodev, nosuid, automounted, nobrowse)',
    'exfat://disk5s1/ on /Volumes/CARD (lifs, local, noowners)',
    '/dev/disk7 on /Volumes/X (msdos)',
    '',
    'no mount',
    'x on relative (apfs, local)',
    '/dev/disk8 on /Volumes/cut (apfs, local',
  ].join('\n');
  expect(parseMounts(text).map(({ path }) => [path, kindAt(text, path)])).toEqual([
    ['/Volumes/share (copy)', 'network'],
    ['/opt/tools', 'network'],
    ['/Volumes/CARD', 'removable'],
    ['/Volumes/X', 'removable'],
  ]);
});

test('of a type that nobody knows it counts whether it is of this computer', () => {
  const text = `/dev/disk9 on /Volumes/own (newfs, local, journaled)
store://10.0.0.1/x on /opt/store (newfs, nodev, nosuid, mounted by ada)
vault on /opt/vault (vaultfs, local, nodev, nosuid, noatime, fskit, mounted by ada)
/dev/disk3s1s1 on / (apfs, sealed, read-only, journaled)
`;
  expect(['/Volumes/own', '/opt/store', '/opt/vault', '/'].map((path) => kindAt(text, path))).toEqual([
    undefined,
    'network',
    'network',
    undefined,
  ]);
  const table = tableOf(text);
  expect(['/opt/store/bin/x', '/opt/vault', '/usr/bin/x'].map((path) => table.excludes(path))).toEqual([
    true,
    true,
    false,
  ]);
  expect(table.excludedMountsIn(['/opt'])).toEqual(['/opt/store', '/opt/vault']);
});

test('the command is asked once a minute, and what it said last holds while it fails', () => {
  const [output, failure] = ['/dev/disk1s1 on / (apfs, local)', new Error('timed out')];
  let nowMs = 0;
  let asked = 0;
  let says: string | Error = failure;
  const mounts = mountsByCommand(
    () => {
      asked++;
      if (says instanceof Error) throw says;
      return says;
    },
    () => nowMs,
  );
  const pathsAt = (ms: number, now: string | Error): string[] => {
    nowMs = ms;
    says = now;
    return mounts().map(({ path }) => path);
  };
  expect(pathsAt(0, failure)).toEqual([]);
  expect(pathsAt(59_000, output)).toEqual([]);
  expect(pathsAt(60_000, output)).toEqual(['/']);
  expect(pathsAt(60_001, failure)).toEqual(['/']);
  expect(pathsAt(120_000, failure)).toEqual(['/']);
  expect(asked).toBe(3);
  expect(pathsAt(180_000, `${output}\nmap -hosts on /net (autofs, nosuid)`)).toEqual(['/', '/net']);
});
