import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IndexedPackageOwners } from './indexed-owners.ts';
import { RpmSource } from './rpm-source.ts';

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'rpm-'));
});
afterAll(() => rmSync(work, { recursive: true }));

async function load(root: string): Promise<IndexedPackageOwners> {
  const folders = ['usr/lib/sysimage/rpm', 'var/lib/rpm'].map((folder) => join(root, folder));
  const owners = new IndexedPackageOwners(new RpmSource(folders), { fileSystemRoot: root, recheckMs: 0 });
  await owners.load();
  return owners;
}

describe('formats that are not read', () => {
  test.each([
    ['Packages', 'Berkeley DB'],
    ['Packages.db', 'ndb'],
  ])('%s is said to be %s', async (file, format) => {
    const root = mkdtempSync(join(work, 'format-'));
    mkdirSync(join(root, 'var/lib/rpm'), { recursive: true });
    writeFileSync(join(root, 'var/lib/rpm', file), 'anything');
    const owners = await load(root);
    expect([owners.state(), owners.unsettled()]).toEqual(['absent', false]);
    const [status] = owners.databases();
    expect(status?.state).toBe('not-read');
    expect(status?.reason).toContain(format);
  });

  test('a file that only has the name of a database is a failure with its reason', async () => {
    const root = mkdtempSync(join(work, 'format-'));
    mkdirSync(join(root, 'var/lib/rpm'), { recursive: true });
    writeFileSync(join(root, 'var/lib/rpm/rpmdb.sqlite'), 'x'.repeat(9000));
    const owners = await load(root);
    expect(owners.state()).toBe('failed');
    expect(owners.databases()[0]?.reason).toMatch(/not a database/);
  });
});

const canInstall = process.getuid?.() === 0 && spawnSync('rpmbuild', ['--version']).status === 0;

describe.skipIf(!canInstall)('a database that rpm made (skipped without root and rpmbuild)', () => {
  const database = ['--define', '_dbpath /var/lib/rpm'];
  let root: string;

  const rpm = (...parameters: string[]): string =>
    execFileSync('rpm', ['--root', root, ...database, ...parameters], { encoding: 'utf8', stdio: 'pipe' });

  function install(name: string, spec: string, install: string, files: string): void {
    const file = join(work, `${name}.spec`);
    writeFileSync(
      file,
      `%global __os_install_post %{nil}\n%global _binary_payload w0.gzdio\nName: ${name}\nSummary: a test\nLicense: MIT\n${spec}\n%description\nA test.\n%install\n${install}\n%files\n${files}\n`,
    );
    const top = mkdtempSync(join(work, 'build-'));
    execFileSync('rpmbuild', ['-bb', '--define', `_topdir ${top}`, '--define', `_tmppath ${top}`, file], {
      stdio: 'pipe',
    });
    for (const architecture of readdirSync(join(top, 'RPMS')))
      for (const built of readdirSync(join(top, 'RPMS', architecture)))
        rpm('--nodeps', '--replacefiles', '-U', join(top, 'RPMS', architecture, built));
  }

  beforeAll(() => {
    root = join(work, 'root');
    mkdirSync(root);
    install(
      'small-tool',
      'Version: 1.2\nRelease: 3%{?dist}\nEpoch: 7\nVendor: Example Works <works@example.org>\nBuildArch: noarch',
      'mkdir -p %{buildroot}/usr/bin\nfor n in one two three; do echo x > %{buildroot}/usr/bin/small-$n; done\nln -s small-one %{buildroot}/usr/bin/small-link',
      '/usr/bin/*',
    );
    install(
      'many-files',
      'Version: 2024.1~rc1\nRelease: 1',
      `for folder in $(seq 1 30); do mkdir -p "%{buildroot}/opt/many/folder $folder/ünder"; (cd "%{buildroot}/opt/many/folder $folder/ünder"; touch $(seq 1 40)); done\nmkdir -p %{buildroot}/usr/bin; echo y > %{buildroot}/usr/bin/small-two`,
      '/opt/many\n/usr/bin/small-two',
    );
  }, 120_000);

  test('agrees with rpm -qf about every file, and knows the packages as rpm does', async () => {
    const owners = await load(root);
    const files = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('/var/lib/rpm'))
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
    const format = '%{NAME} %|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE} %{ARCH}\\n';
    const says = rpm('-qf', '--queryformat', format, ...files)
      .trimEnd()
      .split('\n');
    expect(files.length).toBeGreaterThan(1200);
    expect(says).toHaveLength(files.length);
    const ours = files.map((path) => {
      const owner = owners.ownerOf(path);
      return `${owner?.name} ${owner?.version} ${owner?.architecture}`;
    });
    expect(ours).toEqual(says);
    expect(owners.ownerOf('/usr/bin/small-one')?.vendor).toBe('Example Works');
    expect(owners.ownerOf('/usr/bin/small-two')?.name).toBe('many-files');
    expect(owners.ownerOf('/usr/bin/small-four')).toBeUndefined();
    expect(owners.databases()[0]).toMatchObject({ state: 'loaded', packages: 2, leftOut: 0 });
  });

  test('leaves nothing beside the database and does not change it', async () => {
    const folder = join(root, 'var/lib/rpm');
    for (const name of ['rpmdb.sqlite-shm', 'rpmdb.sqlite-wal']) rmSync(join(folder, name), { force: true });
    const before = execFileSync('sha256sum', [join(folder, 'rpmdb.sqlite')], { encoding: 'utf8' });
    expect((await load(root)).state()).toBe('loaded');
    expect(execFileSync('sha256sum', [join(folder, 'rpmdb.sqlite')], { encoding: 'utf8' })).toBe(before);
    expect(existsSync(join(folder, 'rpmdb.sqlite-shm'))).toBe(false);
  });

  test('an upgrade makes it unsettled until it is loaded, and files that are gone have no owner', async () => {
    const owners = await load(root);
    install(
      'small-tool',
      'Version: 1.3\nRelease: 1\nEpoch: 7\nBuildArch: noarch',
      'mkdir -p %{buildroot}/usr/bin; echo x > %{buildroot}/usr/bin/small-one',
      '/usr/bin/small-one',
    );
    expect(owners.unsettled()).toBe(true);
    expect(owners.ownerOf('/usr/bin/small-one')?.version).toMatch(/^7:1\.2-3/);
    await owners.load();
    expect(owners.unsettled()).toBe(false);
    expect(owners.ownerOf('/usr/bin/small-one')?.version).toBe('7:1.3-1');
    expect(owners.ownerOf('/usr/bin/small-three')).toBeUndefined();
  });

  test('a database cut short is a failure, not a crash', async () => {
    const cut = mkdtempSync(join(work, 'cut-'));
    mkdirSync(join(cut, 'var/lib/rpm'), { recursive: true });
    const file = join(cut, 'var/lib/rpm/rpmdb.sqlite');
    execFileSync('sh', ['-c', `head -c 9000 ${join(root, 'var/lib/rpm/rpmdb.sqlite')} > ${file}`]);
    appendFileSync(file, Buffer.alloc(20_000, 0xff));
    const owners = await load(cut);
    expect(owners.state()).toBe('failed');
    expect(owners.databases()[0]?.reason).toBeTruthy();
  });
});
