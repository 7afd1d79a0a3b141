import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { distributionOwner, entryPointScripts, recordedPaths } from './pip-distribution.ts';
import { PipPackageOwners } from './pip-owners.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pip-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

const PACKAGES = 'lib/python3.11/site-packages';

function distribution(name: string, version: string, files: Record<string, string>): void {
  const metadata = `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\nAuthor-email: ${name} people <p@example.org>\n\nVersion: 9\n`;
  for (const [file, content] of Object.entries({ METADATA: metadata, ...files }))
    write(`${PACKAGES}/${name}-${version}.dist-info/${file}`, content);
}

const BLACK = '../../../bin/black,sha256=x,1\nblack/__init__.py,sha256=x,1\nblack/fast.so,,\n_black.py,,\n';

test('names the owner of a script and of what lies in the folder of packages', () => {
  distribution('black', '24.4.2', { RECORD: BLACK });
  const owners = new PipPackageOwners();
  const black = { manager: 'pip', name: 'black', version: '24.4.2', vendor: 'black people' };
  for (const path of ['bin/black', `${PACKAGES}/black/fast.so`, `${PACKAGES}/_black.py`])
    expect(owners.ownerOf(join(root, path)), path).toEqual(black);
  for (const path of [
    'bin/other',
    'sbin/black',
    `${PACKAGES}/other/x.so`,
    `${PACKAGES}/black-24.4.2.dist-info/x`,
  ])
    expect(owners.ownerOf(join(root, path)), path).toBeUndefined();
  expect(owners.databases()).toEqual([
    { manager: 'pip', state: 'loaded', packages: 1, paths: 3, leftOut: 0 },
  ]);
});

test('names what an old Python has, as well', () => {
  const info = 'lib/python2.7/site-packages/pip-19.2.3.dist-info';
  write(`${info}/METADATA`, 'Metadata-Version: 2.1\nName: pip\nVersion: 19.2.3\n');
  write(`${info}/RECORD`, '../../../bin/pip2.7,,\n');
  expect(new PipPackageOwners().ownerOf(join(root, 'bin/pip2.7'))).toMatchObject({ version: '19.2.3' });
});

test('notices another version, and what was removed', () => {
  distribution('black', '24.4.2', { RECORD: BLACK });
  const owners = new PipPackageOwners();
  expect(owners.ownerOf(join(root, 'bin/black'))?.version).toBe('24.4.2');
  rmSync(join(root, PACKAGES, 'black-24.4.2.dist-info'), { recursive: true });
  expect(owners.ownerOf(join(root, 'bin/black'))).toBeUndefined();
  distribution('black', '24.5.0', { RECORD: BLACK });
  expect(owners.ownerOf(join(root, 'bin/black'))?.version).toBe('24.5.0');
});

test('a folder that several distributions share belongs to none of them', () => {
  distribution('a', '1', { RECORD: 'google/a.so,,\n' });
  distribution('b', '1', { RECORD: 'google/b.so,,\nonly/b.so,,\n' });
  const owners = new PipPackageOwners();
  expect(owners.ownerOf(join(root, PACKAGES, 'google/b.so'))).toBeUndefined();
  expect(owners.ownerOf(join(root, PACKAGES, 'only/b.so'))?.name).toBe('b');
});

test("somebody's own work stays unnamed", () => {
  const url = '{"dir_info": {"editable": true}, "url": "file:///home/ada/secret-project"}';
  distribution('secret-project', '1', { RECORD: '../../../bin/secret,,\n', 'direct_url.json': url });
  distribution('known', '1', {
    RECORD: '../../../bin/known,,\n',
    'direct_url.json': '{"archive_info": {}, "url": "file:///srv/wheels/known.whl"}',
  });
  const owners = new PipPackageOwners();
  expect(owners.ownerOf(join(root, 'bin/secret'))).toBeUndefined();
  expect(owners.ownerOf(join(root, 'bin/known'))?.name).toBe('known');
});

test('scripts that a long or missing record does not show come from the entry points', () => {
  const points =
    '[console_scripts]\nlate = x:main\n\n[gui_scripts]\nwindow = x:main\n[other]\nnothing = x:y\n';
  distribution('long', '1', { RECORD: 'x/y.py,,\n'.repeat(10_000), 'entry_points.txt': points });
  const owners = new PipPackageOwners();
  expect(['late', 'window', 'nothing'].map((name) => owners.ownerOf(join(root, 'bin', name))?.name)).toEqual([
    'long',
    'long',
    undefined,
  ]);
});

test('reads the texts of a distribution', () => {
  expect(recordedPaths('"a,""b"".py",sha256=x,3\r\nc.py,,\n\n,x\n')).toEqual(['a,"b".py', 'c.py']);
  expect(entryPointScripts('[console_scripts]\n a.b = c:d\nbroken\n')).toEqual(['a.b']);
  expect(
    distributionOwner('Name: a\r\nVersion: 1!2.0+x\r\nAuthor: UNKNOWN\r\nMaintainer: B <b@c>\r\n\r\n'),
  ).toEqual({
    manager: 'pip',
    name: 'a',
    version: '1!2.0+x',
    vendor: 'B',
  });
  for (const text of [
    '',
    'Name: a\n',
    'Name: a b\nVersion: 1\n',
    'Name: a\nVersion: /1\n',
    '\n\nName: a\nVersion: 1',
  ])
    expect(distributionOwner(text)).toBeUndefined();
});

const hasPip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0;

describe.skipIf(!hasPip)('what pip itself installed (skipped without pip)', () => {
  function wheel(name: string, version: string): string {
    const folder = mkdtempSync(join(root, 'wheel-'));
    const info = `${name}-${version}.dist-info`;
    const files = {
      [`${name}/__init__.py`]: 'def main():\n    pass\n',
      [`${name}/native.so`]: 'x',
      [`${name}-${version}.data/scripts/${name}-script`]: '#!python\n',
      [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\nAuthor: Ada\n`,
      [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
      [`${info}/entry_points.txt`]: `[console_scripts]\n${name}-run = ${name}:main\n`,
    };
    const record = [...Object.keys(files), `${info}/RECORD`].map((file) => `${file},,\n`).join('');
    const made = join(root, `${name}-${version}-py3-none-any.whl`);
    const program =
      'import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],"w")\nfor n,c in json.load(sys.stdin).items(): z.writestr(n,c)\nz.close()';
    execFileSync('python3', ['-c', program, made], {
      input: JSON.stringify({ ...files, [`${info}/RECORD`]: record }),
    });
    rmSync(folder, { recursive: true });
    return made;
  }

  test('agrees with the records that pip wrote', { timeout: 60_000 }, () => {
    const options = [
      '--no-index',
      '--no-deps',
      '--no-warn-script-location',
      '--root-user-action=ignore',
      '--no-compile',
    ];
    const wheels = [wheel('alpha', '1.0'), wheel('beta', '2.0rc1')];
    const parameters = [
      '-m',
      'pip',
      'install',
      '-q',
      '--ignore-installed',
      '--prefix',
      root,
      ...options,
      ...wheels,
    ];
    // Debian's own pip would put a `local` into the prefix.
    const env = { ...process.env, PIP_BREAK_SYSTEM_PACKAGES: '1', DEB_PYTHON_INSTALL_LAYOUT: 'deb_system' };
    execFileSync('python3', parameters, { stdio: 'pipe', env });
    const owners = new PipPackageOwners();
    const files = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('.dist-info'))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.endsWith('.whl'));
    const says = files.map((path) => `${path.slice(root.length)} ${owners.ownerOf(path)?.name}`).sort();
    expect(says).toHaveLength(8);
    for (const line of says) expect(line).toMatch(/(alpha|beta).* \1$/);
    expect(owners.databases()[0]).toMatchObject({ packages: 2 });
  });
});
