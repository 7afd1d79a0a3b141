/**
 * A file server that died: whoever asks for anything on its mount, even for the time of the folder it is mounted on, waits
 * for ever. Such a mount is named from the mount table and never looked at. Needs root and /dev/fuse, and skips without.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MountTable } from './mount-table.ts';
import { findScanRoots, homesOfPeople } from './scan-roots.ts';

function canMountFuse(): boolean {
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
    return process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
  } catch {
    return false;
  }
}

function besideDeadMount(program: string, root: string): string {
  const path = new URL(program, import.meta.url).pathname;
  return execFileSync('unshare', ['-m', process.execPath, path, root], {
    encoding: 'utf8',
    timeout: 40_000,
    killSignal: 'SIGKILL',
  });
}

test.skipIf(!canMountFuse())(
  'a scan goes past a mount whose server never answers, and names it',
  {
    timeout: 60_000,
  },
  ({ skip }) => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'dead-')));
    mkdirSync(join(root, 'bin'));
    writeFileSync(join(root, 'bin/tool'), '#!/bin/sh\n', { mode: 0o755 });
    const said = JSON.parse(besideDeadMount('./fixtures/scan-beside-dead-mount.ts', root));
    rmSync(root, { recursive: true });
    if (!said.mounted) skip('this system lets nobody mount a file system of type fuse');
    expect(said).toEqual({
      mounted: true,
      hangs: true,
      files: [join(root, 'bin/tool')],
      excluded: [
        { path: join(root, 'dead'), reason: 'excluded-file-system', fileSystem: 'fuse', kind: 'network' },
      ],
      // Followed folder by folder, by nobody who would look at the mount.
      watchedTrees: [],
      complete: true,
    });
  },
);

test.skipIf(!canMountFuse())(
  'a path on such a mount is explained, and a link into it, without looking there',
  {
    timeout: 60_000,
  },
  ({ skip }) => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'dead-')));
    const said = JSON.parse(besideDeadMount('../explain/fixtures/explain-beside-dead-mount.ts', root));
    rmSync(root, { recursive: true });
    if (!said.mounted) skip('this system lets nobody mount a file system of type fuse');
    const why = [`${root}/dead is a network file system (fuse), and those are left out`];
    const excluded = { verdict: 'excluded-file-system', why };
    const tool = `${root}/dead/bin/tool`;
    expect(said).toEqual({
      mounted: true,
      hangs: true,
      explained: [
        { path: `${root}/dead`, ...excluded },
        { path: tool, ...excluded },
        { path: tool, ...excluded },
        {
          path: `${root}/tool`,
          verdict: 'symbolic-link',
          why: [`it is a symbolic link; links are not followed, ask about ${tool}`],
        },
      ],
    });
  },
);

test('which mounts a walk must not even look at is known from the table alone', () => {
  const mounts = new MountTable([
    { path: '/', type: 'ext4' },
    { path: '/opt/share', type: 'nfs4' },
    { path: '/opt/old', type: 'nfs4' },
    { path: '/opt/old', type: 'ext4' },
    { path: '/opt/disk', type: 'xfs' },
    { path: '/proc', type: 'proc' },
  ]);
  expect(mounts.excludedMountsIn(['/opt', '/usr'])).toEqual(['/opt/share']);
  expect(mounts.excludedMountsIn(['/'])).toEqual(['/proc']);
  expect(
    ['/opt', '/opt/share', '/', '/usr', '/op'].map((root) => mounts.hasExcludedMountBelow(root)),
  ).toEqual([true, false, true, false, false]);
});

test('homes on a file server are not listed, and a root there is not looked at', () => {
  const homeFolder = realpathSync(mkdtempSync(join(tmpdir(), 'homes-')));
  mkdirSync(join(homeFolder, 'ada'));
  const around = { homeFolder, passwdFile: '/dev/null' };
  const mounts = new MountTable([{ path: homeFolder, type: 'nfs4' }]);
  expect(homesOfPeople({ ...around, mounts: new MountTable([]) })).toEqual([join(homeFolder, 'ada')]);
  expect(homesOfPeople({ ...around, mounts })).toEqual([]);
  expect(findScanRoots({ ...around, paths: [homeFolder], mounts })).toMatchObject({
    roots: [],
    excluded: [homeFolder],
  });
  rmSync(homeFolder, { recursive: true });
});
