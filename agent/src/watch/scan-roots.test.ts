import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FolderLimits } from './folder-limits.ts';
import { MountTable } from './mount-table.ts';
import { parseMountInfo } from './mounts.linux.ts';
import { passwdHomes } from './scan-roots.linux.ts';
import { findScanRoots, placesToSearch } from './scan-roots.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'roots-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('each tree is one root, whatever links lead to it', () => {
  for (const name of ['usr/bin', 'usr/local', 'opt']) mkdirSync(join(folder, name), { recursive: true });
  symlinkSync('usr/bin', join(folder, 'bin'));
  const paths = ['bin', 'usr', 'usr/local', 'opt', 'opt', 'srv'].map((name) => join(folder, name));
  const { roots, missing } = findScanRoots({ paths });
  expect(roots.map(({ path }) => path)).toEqual([join(folder, 'usr'), join(folder, 'opt')]);
  expect(missing).toEqual([join(folder, 'srv')]);
});

test('a folder that comes later is a reason to search anew, and so is what is mounted over one', () => {
  const passwdFile = join(folder, 'passwd');
  writeFileSync(passwdFile, `ada:x:1000:1000::${join(folder, 'home/ada')}:/bin/sh\n`);
  mkdirSync(join(folder, 'opt'));
  const places = (mounts = new MountTable([])): string =>
    placesToSearch({
      paths: [join(folder, 'opt'), join(folder, 'snap')],
      passwdFile,
      homeFolder: folder,
      mounts,
    });
  const before = places();
  expect(places()).toBe(before);
  mkdirSync(join(folder, 'snap'));
  const withSnap = places();
  expect(withSnap).not.toBe(before);
  mkdirSync(join(folder, 'home/ada'), { recursive: true });
  expect(places()).not.toBe(withSnap);
  expect(places(new MountTable([{ path: join(folder, 'opt'), type: 'nfs4' }]))).not.toBe(places());
});

test('the roots of this system hold /usr once and no link', () => {
  const { roots } = findScanRoots();
  const paths = roots.map(({ path }) => path);
  expect(paths).toContain('/usr');
  expect(paths.map((path) => realpathSync(path))).toEqual(paths);
  expect(new Set(paths).size).toBe(paths.length);
});

test('homes are those of root and of people', () => {
  const passwd = [
    'root:x:0:0::/root:/bin/sh',
    'daemon:x:1:1::/usr/sbin:/bin/false',
    'ada:x:1000:1000::/data/ada/:/bin/sh',
    'nobody:x:65534:65534::/nonexistent:/bin/false',
    'broken line',
    'empty::::::',
  ].join('\n');
  expect(passwdHomes(passwd)).toEqual(['/root', '/data/ada']);
});

test('a service account in a system folder has no home there, a person with a moved home has it twice', () => {
  mkdirSync(join(folder, 'disk/ada'), { recursive: true });
  mkdirSync(join(folder, 'home'));
  symlinkSync('../disk/ada', join(folder, 'home/ada'));
  const passwdFile = join(folder, 'passwd');
  writeFileSync(
    passwdFile,
    'app:x:1001:1001::/opt:/bin/sh\nother:x:1002:1002::/:/bin/sh\nx:x:1003:3::/usr/x:\n',
  );
  const { homes, roots } = findScanRoots({ passwdFile, homeFolder: join(folder, 'home') });
  // The real name has to be known too: files are found under it, and it names the person.
  expect(homes).toEqual([join(folder, 'home/ada'), join(folder, 'disk/ada')]);
  const large = roots.filter(({ kind }) => kind === 'large').map(({ path }) => path);
  expect(large).toContain(join(folder, 'disk/ada'));
  expect(large).not.toContain('/');
});

test('network and pseudo file systems are stayed off, layered ones only below a root', () => {
  const mounts = new MountTable(
    parseMountInfo(
      [
        '1 0 0:1 / / rw shared:1 - overlay overlay rw',
        '2 1 0:2 / /usr rw - overlay composefs ro',
        '3 1 0:3 / /opt/remote rw shared:2 master:1 - nfs4 server:/x rw',
        '4 1 0:4 / /opt/with\\040blank rw - fuse.sshfs host rw',
        '5 1 0:5 / /proc rw - proc proc rw',
        '6 1 0:6 / /opt/layers rw - overlay overlay rw',
        '7 3 0:7 / /opt/remote/disk rw - ext4 /dev/sdb rw',
        'broken',
      ].join('\n'),
    ),
  );
  expect(mounts.excludes('/usr/bin/x')).toBe(false);
  expect(mounts.excludes('/etc')).toBe(false);
  expect(mounts.excludes('/opt/remote/deep/file')).toBe(true);
  expect(mounts.excludes('/opt/remote/disk/file')).toBe(false);
  expect(mounts.excludes('/opt/remoteness')).toBe(false);
  expect(mounts.excludesMountAt('/opt/with blank')).toBe(true);
  expect(mounts.excludesMountAt('/opt/layers')).toBe(true);
  expect(mounts.excludesMountAt('/opt')).toBe(false);
  expect(findScanRoots({ paths: ['/proc', '/usr'], mounts }).excluded).toEqual(['/proc']);
});

test('folders that somebody excluded are stayed off under each of their names, homes also when only they are', () => {
  for (const name of ['home/ada/bin', 'real/opt', 'usr/bin'])
    mkdirSync(join(folder, name), { recursive: true });
  symlinkSync('real/opt', join(folder, 'opt'));
  const found = findScanRoots({
    paths: [folder],
    homes: false,
    homeFolder: join(folder, 'home'),
    passwdFile: '/dev/null',
    limits: { excluded: [join(folder, 'opt')] },
  });
  const mounts = MountTable.read(found.limits);
  const excluded = (name: string) => mounts.excludes(join(folder, name));
  expect(['opt/x', 'real/opt/x', 'home/ada/bin/x'].map(excluded)).toEqual([true, true, true]);
  expect(['usr/bin/x', 'real/x', 'home/x', 'optional'].map(excluded)).toEqual([false, false, false, false]);
  expect(mounts.excludesMountAt(join(folder, 'home/ada'))).toBe(true);
  expect(found.roots.map(({ path }) => path)).toEqual([folder]);
});

test('a way may lead over what is only not allowed itself, and over nothing that is forbidden or may not answer', () => {
  const limits = new FolderLimits({ excluded: ['/home/ada/private'], atMost: ['/usr/bin', '/opt'] });
  const mounts = new MountTable(
    [
      { path: '/opt/share', type: 'nfs4' },
      { path: '/dev', type: 'devtmpfs' },
      { path: '/opt/layers', type: 'fuse.fuse-overlayfs' },
      { path: '/opt/stick', type: 'vfat' },
    ],
    limits,
  );
  const passable = (path: string): boolean => mounts.isPassable(path);
  expect(['/usr', '/usr/bin/tool', '/home/ada', '/opt/stick/tool'].map(passable)).toEqual(
    Array(4).fill(true),
  );
  expect(['/home/ada/private/link', '/opt/share', '/dev/watchdog', '/opt/layers/tool'].map(passable)).toEqual(
    Array(4).fill(false),
  );
  expect(mounts.excludes('/usr')).toBe(true);
});

test('roots are cut down to what is allowed at most, and added ones to no more', () => {
  for (const name of ['usr/bin', 'usr/share', 'opt']) mkdirSync(join(folder, name), { recursive: true });
  const at = (name: string) => join(folder, name);
  const rootsOf = (atMost: string[], added: string[] = []) =>
    findScanRoots({ paths: [at('usr')], added, limits: { excluded: [], atMost } }).roots.map(
      ({ path }) => path,
    );
  expect(rootsOf([folder])).toEqual([at('usr')]);
  expect(rootsOf([at('usr/bin')], [at('opt')])).toEqual([at('usr/bin')]);
  expect(rootsOf([at('opt')], [at('opt')])).toEqual([at('opt')]);
  expect(rootsOf([])).toEqual([]);
});

test('each folder that is stayed off says which file system and what kind of it is why', () => {
  const mounts = new MountTable([
    { path: '/opt/share', type: 'nfs4' },
    { path: '/opt/stick', type: 'vfat' },
    { path: '/opt/layers', type: 'overlay' },
    { path: '/opt/cloud', type: 'fuse.rclone' },
    { path: '/opt/state', type: 'ramfs' },
    { path: '/opt/disk', type: 'xfs' },
    { path: '/home/ada/.local/share/containers/x', type: 'fuse.fuse-overlayfs' },
  ]);
  const kindAt = (path: string) => {
    const exclusion = mounts.exclusionAt(path);
    return exclusion && 'kind' in exclusion ? `${exclusion.fileSystem} ${exclusion.kind}` : exclusion;
  };
  expect(['/opt/share', '/opt/stick', '/opt/layers', '/opt/cloud', '/opt/state'].map(kindAt)).toEqual([
    'nfs4 network',
    'vfat removable',
    'overlay container',
    'fuse.rclone network',
    'ramfs pseudo',
  ]);
  const layers = '/home/ada/.local/share/containers/x';
  expect(kindAt(layers)).toBe('fuse.fuse-overlayfs container');
  // A program answers for them, unlike for those of the kernel.
  expect([mounts.excludes(`${layers}/tool`), mounts.excludes('/opt/layers/tool')]).toEqual([true, false]);
  expect([kindAt('/opt/disk'), kindAt('/opt'), mounts.exclusionAround('/opt/disk/x')]).toEqual(
    Array(3).fill(undefined),
  );
  expect(mounts.exclusionAround('/opt/share/deep/file')).toMatchObject({ kind: 'network' });
  // What runs from a stick is metered, and a stick that is named as a root is searched.
  expect(mounts.excludes('/opt/stick/tool')).toBe(false);
  expect(mounts.typeAround('/opt/stick/tool')).toBe('vfat');
});
