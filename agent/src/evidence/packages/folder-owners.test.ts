import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deployedVersion, FLATPAK_FOLDERS } from './flatpak-folders.ts';
import { type FolderKind, FolderPackageOwners } from './folder-owners.ts';
import { HOMEBREW_FOLDERS } from './homebrew-folders.ts';
import { NPM_FOLDERS, npmOwner } from './npm-folders.ts';
import { packageDatabases } from './package-databases.ts';
import { SNAP_FOLDERS } from './snap-folders.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'folders-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content: string | Buffer): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

function describedBy(kind: FolderKind, path: string, file: string | Buffer) {
  const [folder] = kind.locate(path);
  return folder && { file: folder.file, owner: folder.describe(Buffer.from(file)) };
}

describe('snap', () => {
  /** github.com/chipaca/httpie-snap, meta/snap.yaml. */
  const HTTPIE = `name: http
# version adds digits from the first Feigenbaum constant (see
# https://oeis.org/A006890). Quoted to ensure it's treated as a
# string, otherwise the trailing zero is lost on its way to the store.
#         4.669201609102990671853203821578
version: "4.6692016"
summary: HTTPie in a snap
apps:
 man:
  command: bin/man
 http:
  command: bin/http
  plugs: [network, snapd-control]
`;
  /** github.com/canonical/pi-gadget, meta/snap.yaml. */
  const PI = `name: pi2
version: 16.04-0.10
summary: Raspberry Pi 2 support package
description: |
 Support files for booting Raspberry Pi
type: gadget
architectures:
  - armhf
`;

  test('name and version come from the revision that the file lies in', () => {
    expect(describedBy(SNAP_FOLDERS, '/snap/http/44/bin/http', HTTPIE)).toEqual({
      file: '/snap/http/44/meta/snap.yaml',
      owner: { manager: 'snap', name: 'http', version: '4.6692016', architecture: undefined },
    });
    expect(describedBy(SNAP_FOLDERS, '/var/lib/snapd/snap/pi2_test/x1/bin/a/b', PI)).toEqual({
      file: '/var/lib/snapd/snap/pi2_test/x1/meta/snap.yaml',
      owner: { manager: 'snap', name: 'pi2', version: '16.04-0.10', architecture: 'armhf' },
    });
  });

  test('reads the ways in which a text may be written, and a list on one line', () => {
    const owner = (yaml: string) => describedBy(SNAP_FOLDERS, '/snap/a/1/x', yaml)?.owner;
    expect(owner("name: a # why\nversion: '1 # 2'  # c\r\narchitectures: [amd64]\n")).toEqual({
      manager: 'snap',
      name: 'a',
      version: '1 # 2',
      architecture: 'amd64',
    });
    expect(owner('name: a\nversion: 1\narchitectures: [amd64, i386]\n')?.architecture).toBeUndefined();
    expect(owner('name: a\nversion: |\n  1\n')).toBeUndefined();
    expect(owner('name: a\n')).toBeUndefined();
  });

  test('links and other folders there are no snaps', () => {
    for (const path of [
      '/snap/bin/http',
      '/snap/http/current',
      '/home/u/snap/http/44/x',
      '/snap/http/README/x',
    ])
      expect(SNAP_FOLDERS.locate(path), path).toEqual([]);
  });
});

describe('flatpak', () => {
  const COMMIT = '48da2709966215e331b62d73b67ea60ebc3bf4f81685935aede183ea59a57aa7';
  /** What flatpak 1.14.10 wrote when it installed an application of one script. */
  const DEPLOY = Buffer.from(
    'dGVzdAA0OGRhMjcwOTk2NjIxNWUzMzFiNjJkNzNiNjdlYTYwZWJjM2JmNGY4MTY4NTkzNWFlZGUxODNlYTU5YTU3YWE3AAAAAAAAAAAACABhcHBkYXRhLW5hbWUAAAAAVGlueQAAcw1hcHBkYXRhLXZlcnNpb24AMy4yLjEAAHMQAAAAAAAAAGRlcGxveS12ZXJzaW9uAAAEAAAAAGkPAHJ1bnRpbWUAb3JnLmV4YW1wbGUuUGxhdGZvcm0veDg2XzY0LzEuMAAAcwgAAAAAAHRpbWVzdGFtcAAAAAAAAACkIgtrAAAAAAB0ChgxT3ubRkYF',
    'base64',
  );

  test.each(['/var/lib/flatpak', '/home/u/.local/share/flatpak'])('below %s', (base) => {
    const folder = `${base}/app/org.example.Tiny/x86_64/stable/${COMMIT}`;
    expect(describedBy(FLATPAK_FOLDERS, `${folder}/files/bin/tiny`, DEPLOY)).toEqual({
      file: `${folder}/deploy`,
      owner: { manager: 'flatpak', name: 'org.example.Tiny', version: '3.2.1', architecture: 'x86_64' },
    });
    expect(FLATPAK_FOLDERS.locate(`${folder}/export/bin/tiny`)).toEqual([]);
  });

  test('a runtime is known by its branch', () => {
    const path = `/var/lib/flatpak/runtime/org.example.Platform/aarch64/23.08/${COMMIT}/files/bin/sh`;
    expect(describedBy(FLATPAK_FOLDERS, path, DEPLOY.subarray(0, 80))?.owner).toEqual({
      manager: 'flatpak',
      name: 'org.example.Platform',
      version: '23.08',
      architecture: 'aarch64',
    });
  });

  test('no version is made of what only looks like one', () => {
    const key = 'appdata-version\0';
    expect(deployedVersion(Buffer.from(`${key}${key}`))).toBeUndefined();
    expect(deployedVersion(Buffer.from(`${key}1.0\0\0i`))).toBeUndefined();
    expect(deployedVersion(Buffer.from(`x${key}\0\0\0${'1.0'}\0\0s`))).toBe('1.0');
    expect(deployedVersion(Buffer.from(key))).toBeUndefined();
  });
});

test('Homebrew tells it by the path, on macOS and on Linux', () => {
  // Places as docs.brew.sh gives them (Installation, Formula Cookbook, Versions).
  const owner = (path: string) => HOMEBREW_FOLDERS.locate(path)[0]?.describe(Buffer.alloc(0));
  expect(owner('/opt/homebrew/Cellar/openssl@3/3.3.1/bin/openssl')).toEqual({
    manager: 'homebrew',
    name: 'openssl@3',
    version: '3.3.1',
  });
  expect(owner('/home/linuxbrew/.linuxbrew/Cellar/gcc/14.1.0_2/bin/g++-14')?.version).toBe('14.1.0_2');
  expect(owner('/usr/local/Caskroom/android-platform-tools/35.0.2/platform-tools/adb')?.name).toBe(
    'android-platform-tools',
  );
  expect(owner('/usr/local/Caskroom/x/.metadata/config.json')).toBeUndefined();
  expect(owner('/opt/homebrew/bin/openssl')).toBeUndefined();
});

describe('npm', () => {
  test.each([
    ['/usr/local/lib/node_modules/npm/bin/npm-cli.js', '/usr/local/lib/node_modules/npm'],
    ['/usr/lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js', '/usr/lib/node_modules/npm'],
    [
      '/home/u/.nvm/versions/node/v24.1.0/lib/node_modules/@angular/cli/bin/ng.js',
      '/home/u/.nvm/versions/node/v24.1.0/lib/node_modules/@angular/cli',
    ],
    [
      '/home/u/.config/yarn/global/node_modules/serve/build/main.js',
      '/home/u/.config/yarn/global/node_modules/serve',
    ],
    [
      '/home/u/.local/share/pnpm/global/5/.pnpm/tsx@4.1.0/node_modules/tsx/dist/cli.mjs',
      '/home/u/.local/share/pnpm/global/5/.pnpm/tsx@4.1.0/node_modules/tsx',
    ],
  ])('%s', (path, folder) => {
    expect(NPM_FOLDERS.locate(path)[0]?.file).toBe(`${folder}/package.json`);
  });

  test('packages of projects are no installed tools', () => {
    for (const path of [
      '/home/u/src/site/node_modules/vite/bin/vite.js',
      '/usr/local/lib/node_modules/.bin/x',
      '/usr/local/lib/node_modules/@angular/ng.js',
      '/usr/local/lib/node_modules/x',
    ])
      expect(NPM_FOLDERS.locate(path), path).toEqual([]);
  });

  test('author without address; nothing of a package that was never published', () => {
    const tool = {
      name: '@x/tool',
      version: '1.2.3-rc.1',
      author: 'Ada L. <ada@example.org> (https://a.example)',
    };
    expect(npmOwner(JSON.stringify(tool))).toEqual({
      manager: 'npm',
      name: '@x/tool',
      version: '1.2.3-rc.1',
      vendor: 'Ada L.',
    });
    expect(npmOwner(JSON.stringify({ ...tool, author: { name: 'Ada', email: 'a@x.org' } }))?.vendor).toBe(
      'Ada',
    );
    expect(npmOwner(JSON.stringify({ ...tool, private: true }))).toBeUndefined();
    for (const wrong of [{ name: 'a b' }, { name: '../x' }, { version: 1 }, { version: '' }, { name: {} }])
      expect(npmOwner(JSON.stringify({ ...tool, ...wrong }))).toBeUndefined();
    for (const text of ['', 'null', '[]', '3', '{"name"', '['.repeat(200_000)])
      expect(npmOwner(text)).toBeUndefined();
  });
});

describe('a folder that describes itself', () => {
  const PACKAGE = 'lib/node_modules/tool/package.json';
  const json = (version: string): string => JSON.stringify({ name: 'tool', version });

  test('is read once, and again when the description is another', () => {
    const owners = new FolderPackageOwners(NPM_FOLDERS);
    const program = join(root, 'lib/node_modules/tool/cli.js');
    expect([owners.ownerOf(program), owners.state()]).toEqual([undefined, 'absent']);
    write(PACKAGE, json('1.0.0'));
    expect(owners.ownerOf(program)?.version).toBe('1.0.0');
    renameSync(write('new.json', json('1.0.1')), join(root, PACKAGE));
    expect(owners.ownerOf(program)?.version).toBe('1.0.1');
    rmSync(join(root, PACKAGE));
    expect(owners.ownerOf(program)).toBeUndefined();
    expect(owners.databases()).toEqual([
      { manager: 'npm', state: 'loaded', packages: 1, paths: 0, leftOut: 0 },
    ]);
  });

  test('a description that is too large, a link, a folder or a FIFO is left out and counted', () => {
    const owners = new FolderPackageOwners(NPM_FOLDERS);
    const ask = (name: string) => owners.ownerOf(join(root, 'lib/node_modules', name, 'cli.js'));
    write('lib/node_modules/large/package.json', json('1').replace('{', `{${' '.repeat(300_000)}`));
    mkdirSync(join(root, 'lib/node_modules/link'));
    symlinkSync(write('elsewhere.json', json('1')), join(root, 'lib/node_modules/link/package.json'));
    mkdirSync(join(root, 'lib/node_modules/folder/package.json'), { recursive: true });
    expect(['large', 'link', 'folder'].map(ask)).toEqual([undefined, undefined, undefined]);
    let leftOut = 3;
    if (spawnSync('mkfifo', ['--version']).status === 0) {
      mkdirSync(join(root, 'lib/node_modules/fifo'));
      execFileSync('mkfifo', [join(root, 'lib/node_modules/fifo/package.json')]);
      expect(ask('fifo')).toBeUndefined();
      leftOut++;
    }
    expect(owners.databases()[0]).toMatchObject({ packages: 0, leftOut });
  });
});

test('each system asks its databases in one order', () => {
  const managers = (platform: NodeJS.Platform) =>
    packageDatabases(() => 0, platform)
      .owners.databases()
      .map(({ manager }) => manager);
  expect(managers('linux')).toEqual([
    ...['dpkg', 'rpm', 'apk', 'pacman'],
    ...['snap', 'flatpak', 'npm', 'pip', 'homebrew', 'java', 'swid'],
  ]);
  expect(managers('darwin')).toEqual(['npm', 'pip', 'homebrew', 'java', 'swid']);
  expect(managers('win32')).toEqual(['windows', 'msix', 'java', 'swid']);
});
