import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
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

describe('files that cannot be read', () => {
  test('Berkeley DB is said not to be read', async () => {
    const root = mkdtempSync(join(work, 'format-'));
    mkdirSync(join(root, 'var/lib/rpm'), { recursive: true });
    writeFileSync(join(root, 'var/lib/rpm/Packages'), 'anything');
    const owners = await load(root);
    await owners.look();
    expect([owners.state(), owners.unsettled()]).toEqual(['absent', false]);
    const [status] = owners.databases();
    expect(status?.state).toBe('not-read');
    expect(status?.reason).toContain('Berkeley DB');
  });

  test.each(['rpmdb.sqlite', 'Packages.db'])('%s that only has the name is a failure', async (file) => {
    const root = mkdtempSync(join(work, 'format-'));
    mkdirSync(join(root, 'var/lib/rpm'), { recursive: true });
    writeFileSync(join(root, 'var/lib/rpm', file), 'x'.repeat(9000));
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

  test('what is only in the log of the database yet is read too, and the log stays', async () => {
    const { DatabaseSync } = await import('node:sqlite');
    const busy = mkdtempSync(join(work, 'busy-'));
    const folder = join(busy, 'var/lib/rpm');
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(root, 'var/lib/rpm/rpmdb.sqlite'), join(folder, 'rpmdb.sqlite'));
    const writer = new DatabaseSync(join(folder, 'rpmdb.sqlite'), {
      enableForeignKeyConstraints: false,
    });
    writer.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0');
    const resting = await load(busy);
    expect(resting.ownerOf('/usr/bin/small-one')?.name).toBe('small-tool');
    writer.exec('DELETE FROM Packages WHERE hnum = (SELECT min(hnum) FROM Packages)');
    await resting.look();
    expect(resting.unsettled()).toBe(true);
    const logBytes = statSync(join(folder, 'rpmdb.sqlite-wal')).size;
    await resting.load();
    expect(resting.ownerOf('/usr/bin/small-one')).toBeUndefined();
    expect(resting.ownerOf('/usr/bin/small-two')?.name).toBe('many-files');
    expect(logBytes).toBeGreaterThan(0);
    expect(statSync(join(folder, 'rpmdb.sqlite-wal')).size).toBe(logBytes);
    writer.close();
  });

  test('an upgrade makes it unsettled until it is loaded, and files that are gone have no owner', async () => {
    const owners = await load(root);
    install(
      'small-tool',
      'Version: 1.3\nRelease: 1\nEpoch: 7\nBuildArch: noarch',
      'mkdir -p %{buildroot}/usr/bin; echo x > %{buildroot}/usr/bin/small-one',
      '/usr/bin/small-one',
    );
    await owners.look();
    expect(owners.unsettled()).toBe(true);
    expect(owners.ownerOf('/usr/bin/small-one')?.version).toMatch(/^7:1\.2-3/);
    await owners.load();
    await owners.look();
    expect(owners.unsettled()).toBe(false);
    expect(owners.ownerOf('/usr/bin/small-one')?.version).toBe('7:1.3-1');
    expect(owners.ownerOf('/usr/bin/small-three')).toBeUndefined();
  });

  test('the same headers in a file of format ndb say the same', async () => {
    const { DatabaseSync } = await import('node:sqlite');
    const sqlite = new DatabaseSync(join(root, 'var/lib/rpm/rpmdb.sqlite'), { readOnly: true });
    const rows = sqlite.prepare('SELECT hnum, blob FROM Packages ORDER BY hnum').all();
    sqlite.close();
    const ndb = mkdtempSync(join(work, 'ndb-'));
    mkdirSync(join(ndb, 'var/lib/rpm'), { recursive: true });
    const file = join(ndb, 'var/lib/rpm/Packages.db');
    const headers = rows.map(({ hnum, blob }): [number, Uint8Array] => [Number(hnum), blob as Uint8Array]);
    // The last one first: the order of slots says nothing.
    writeFileSync(file, ndbFile(headers.toReversed()));
    const [owners, same] = [await load(root), await load(ndb)];
    expect(same.databases()).toEqual(owners.databases());
    for (const path of ['/usr/bin/small-one', '/usr/bin/small-two', '/opt/many/folder 3/ünder/7'])
      expect(same.ownerOf(path), path).toEqual(owners.ownerOf(path));
    const next = randomNumbers();
    const whole = ndbFile(headers);
    for (let round = 0; round < 100; round++) {
      const broken = Buffer.from(whole.subarray(0, next(4) === 0 ? next(whole.length) : whole.length));
      for (let changes = 1 + next(8); changes > 0; changes--)
        broken[next(Math.min(4200, broken.length))] = next(256);
      writeFileSync(file, broken);
      const damaged = await load(ndb);
      expect(['loaded', 'failed']).toContain(damaged.state());
    }
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

/** As rpm's rpmpkg.c writes it: one page of slots, then each header in blocks of 16 bytes. */
function ndbFile(headers: readonly [packageNumber: number, header: Uint8Array][]): Buffer {
  const numbers = (magic: string, ...values: number[]): Buffer => {
    const bytes = Buffer.alloc(16);
    bytes.write(magic, 'latin1');
    for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 + index * 4);
    return bytes;
  };
  const slots: Buffer[] = [];
  const blobs: Buffer[] = [];
  let block = 4096 / 16;
  for (const [number, header] of headers) {
    const blob = Buffer.concat([numbers('BlbS', number, 1, header.length), header]);
    const blocks = Math.ceil((blob.length + 12) / 16);
    slots.push(numbers('Slot', number, block, blocks));
    blobs.push(Buffer.concat([blob, Buffer.alloc(blocks * 16 - blob.length)]));
    block += blocks;
  }
  while (slots.length < 4096 / 16 - 2) slots.push(numbers('Slot', 0, 0, 0));
  return Buffer.concat([numbers('RpmP', 0, 1, 1), Buffer.alloc(16), ...slots, ...blobs]);
}

/** The same damage in every run. */
function randomNumbers(): (below: number) => number {
  let state = 12_345;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}
