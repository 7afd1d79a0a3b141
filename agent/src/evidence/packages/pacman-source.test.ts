import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { IndexedPackageOwners } from './indexed-owners.ts';
import { PacmanSource } from './pacman-source.ts';

let root: string;
let database: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pacman-'));
  database = join(root, 'var/lib/pacman');
  mkdirSync(database, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

function owners(wallMs = Date.now()): IndexedPackageOwners {
  return new IndexedPackageOwners(new PacmanSource(() => wallMs, database), {
    fileSystemRoot: root,
    recheckMs: 0,
  });
}

/** An entry of the form that pacman writes; further down it is compared with pacman itself. */
function writePacman(folder: string): void {
  mkdirSync(join(database, 'local', folder), { recursive: true });
  writeFileSync(
    join(database, 'local', folder, 'desc'),
    '%NAME%\npacman\n\n%VERSION%\n6.1.0-3\n\n%BASE%\npacman\n\n%DESC%\nA library-based package manager\n\n%ARCH%\nx86_64\n\n%PACKAGER%\nMorgan Adamiec <morganamilo@archlinux.org>\n\n%DEPENDS%\nbash\nglibc\n\n',
  );
  writeFileSync(
    join(database, 'local', folder, 'files'),
    '%FILES%\netc/\netc/makepkg.conf\nusr/\nusr/bin/\nusr/bin/makepkg\nusr/bin/pacman\n\n%BACKUP%\netc/makepkg.conf\tec6e9\n\n',
  );
}

test('reads names, versions and files, and where merged folders lead to', async () => {
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  symlinkSync('bin', join(root, 'usr/sbin'));
  symlinkSync('usr/bin', join(root, 'sbin'));
  writePacman('pacman-6.1.0-3');
  const loaded = owners();
  await loaded.load();
  const pacman = {
    manager: 'pacman',
    name: 'pacman',
    version: '6.1.0-3',
    architecture: 'x86_64',
    vendor: 'Morgan Adamiec',
  };
  for (const path of ['/usr/bin/pacman', '/usr/sbin/pacman', '/sbin/makepkg', join(root, 'usr/bin/makepkg')])
    expect(loaded.ownerOf(path), path).toEqual(pacman);
  expect(loaded.ownerOf('/usr/bin/')).toBeUndefined();
  expect(loaded.ownerOf('/etc/makepkg.conf\tec6e9')).toBeUndefined();
});

test('an entry without its files is counted, and the others are read', async () => {
  writePacman('pacman-6.1.0-3');
  mkdirSync(join(database, 'local', 'going-1-1'));
  writeFileSync(join(database, 'local', 'ALPM_DB_VERSION'), '9\n');
  const loaded = owners();
  await loaded.load();
  expect(loaded.databases()[0]).toMatchObject({ state: 'loaded', packages: 1, paths: 3, leftOut: 1 });
});

test('is unsettled while the lock file is there, unless it was left behind', async () => {
  writePacman('pacman-6.1.0-3');
  const lock = join(database, 'db.lck');
  writeFileSync(lock, '');
  utimesSync(lock, 1_700_000_000, 1_700_000_000);
  const during = owners(1_700_000_060_000);
  await during.load();
  await during.look();
  expect([during.unsettled(), during.worthLoading()]).toEqual([true, false]);
  const dayLater = owners(1_700_086_400_000);
  await dayLater.load();
  await dayLater.look();
  expect(dayLater.unsettled()).toBe(false);
});

const hasPacman =
  spawnSync('pacman', ['--version']).status === 0 && spawnSync('bsdtar', ['--version']).status === 0;

describe.skipIf(!hasPacman || process.getuid?.() !== 0)(
  'a database that pacman made (skipped without root, pacman and bsdtar)',
  () => {
    const configuration = '[options]\nArchitecture = auto\nSigLevel = Never\nLocalFileSigLevel = Never\n';

    function pacman(...parameters: string[]): string {
      const own = ['--config', join(root, 'conf'), '--dbpath', database, '--root', root, '--noconfirm'];
      const there = ['--cachedir', join(root, 'cache'), '--logfile', join(root, 'log'), '--gpgdir', root];
      return execFileSync('pacman', [...own, ...there, ...parameters], { encoding: 'utf8', stdio: 'pipe' });
    }

    function install(name: string, version: string, files: string[]): void {
      const build = mkdtempSync(join(root, 'build-'));
      for (const file of files) {
        mkdirSync(join(build, dirname(file)), { recursive: true });
        writeFileSync(join(build, file), 'x');
      }
      writeFileSync(
        join(build, '.PKGINFO'),
        `pkgname = ${name}\npkgver = ${version}\npkgdesc = a test\nbuilddate = 1700000000\npackager = Unknown Packager\nsize = 1\narch = any\n`,
      );
      const made = join(root, `${name}.pkg.tar`);
      execFileSync('bsdtar', [
        '-C',
        build,
        '-cf',
        made,
        '.PKGINFO',
        ...new Set(files.map((f) => f.split('/')[0] ?? f)),
      ]);
      pacman('-U', made);
      rmSync(build, { recursive: true });
    }

    test('agrees with pacman -Ql about every file, before and after an upgrade', async () => {
      writeFileSync(join(root, 'conf'), configuration);
      const many = Array.from({ length: 300 }, (_, n) => `opt/many/folder ${n % 7}/ünder/${n}`);
      install('small-tool', '2:1.0-3', ['usr/bin/small-one', 'usr/bin/small-two']);
      install('many-files', '0.1-1', many);
      const loaded = owners();
      await loaded.load();
      const told = pacman('-Ql')
        .trimEnd()
        .split('\n')
        .filter((line) => !line.endsWith('/'));
      expect(told).toHaveLength(302);
      for (const line of told) {
        const [name, path] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
        expect(loaded.ownerOf(path)?.name, path).toBe(name);
      }
      expect(pacman('-Q')).toBe('many-files 0.1-1\nsmall-tool 2:1.0-3\n');
      expect(loaded.ownerOf('/usr/bin/small-one')).toEqual({
        manager: 'pacman',
        name: 'small-tool',
        version: '2:1.0-3',
        architecture: 'any',
        vendor: undefined,
      });
      install('small-tool', '2:1.1-1', ['usr/bin/small-one']);
      await loaded.look();
      expect(loaded.unsettled()).toBe(true);
      await loaded.load();
      expect(loaded.ownerOf('/usr/bin/small-one')?.version).toBe('2:1.1-1');
      expect(loaded.ownerOf('/usr/bin/small-two')).toBeUndefined();
      expect(readdirSync(join(root, 'usr/bin'))).toEqual(['small-one']);
    });
  },
);
