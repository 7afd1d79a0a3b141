import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DpkgSource } from './dpkg-source.ts';
import { IndexedPackageOwners } from './indexed-owners.ts';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dpkg-'));
  folder = join(root, 'var/lib/dpkg');
  mkdirSync(join(folder, 'info'), { recursive: true });
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  symlinkSync('usr/bin', join(root, 'bin'));
});
afterEach(() => rmSync(root, { recursive: true }));

function stanza(name: string, version: string, state = 'installed', architecture = 'amd64'): string {
  return `Package: ${name}\nStatus: install ok ${state}\nMaintainer: ${name} people <x@example.org>\nArchitecture: ${architecture}\nVersion: ${version}\n`;
}

function writeStatus(...stanzas: string[]): void {
  writeFileSync(join(folder, 'status'), stanzas.join('\n'));
}

function writeList(name: string, ...paths: string[]): void {
  writeFileSync(join(folder, 'info', `${name}.list`), `${['/.', ...paths].join('\n')}\n`);
}

async function load(nowMs?: () => number): Promise<IndexedPackageOwners> {
  const owners = new IndexedPackageOwners(new DpkgSource(folder, root), {
    fileSystemRoot: root,
    recheckMs: 0,
    ...(nowMs ? { nowMs } : {}),
  });
  await owners.load();
  return owners;
}

test('names the owner of a file that its list has under the old place of a merged /usr', async () => {
  writeStatus(stanza('hello', '2.0-1'));
  writeList('hello', '/bin', '/bin/hello', '/usr/bin/other');
  const owners = await load();
  expect(owners.state()).toBe('loaded');
  const hello = {
    manager: 'dpkg',
    name: 'hello',
    version: '2.0-1',
    architecture: 'amd64',
    vendor: 'hello people',
  };
  expect(owners.ownerOf('/usr/bin/hello')).toEqual(hello);
  expect(owners.ownerOf('/bin/hello')).toEqual(hello);
  expect(owners.ownerOf(join(root, 'usr/bin/other'))).toEqual(hello);
  expect(owners.ownerOf('/usr/bin/nobodys')).toBeUndefined();
});

test('leaves out packages whose files are gone, and tells architectures apart', async () => {
  writeStatus(
    stanza('old', '1', 'config-files'),
    stanza('lib', '2', 'installed', 'amd64'),
    stanza('lib', '3', 'installed', 'i386'),
  );
  writeList('old', '/usr/bin/old');
  writeList('lib:amd64', '/usr/lib/x64/tool');
  writeList('lib:i386', '/usr/lib/x32/tool');
  const owners = await load();
  expect(owners.ownerOf('/usr/bin/old')).toBeUndefined();
  expect(owners.ownerOf('/usr/lib/x64/tool')?.version).toBe('2');
  expect(owners.ownerOf('/usr/lib/x32/tool')?.version).toBe('3');
});

test('a diverted file belongs to the package it comes from, its place to the one that diverted it', async () => {
  writeStatus(stanza('bash', '1'), stanza('dash', '2'));
  writeList('bash', '/bin/sh', '/bin/local');
  writeList('dash', '/bin/sh');
  writeFileSync(
    join(folder, 'diversions'),
    '/bin/sh\n/bin/sh.distrib\ndash\n/bin/local\n/bin/local.moved\n:\n',
  );
  const owners = await load();
  expect(owners.ownerOf('/usr/bin/sh')?.name).toBe('dash');
  expect(owners.ownerOf('/usr/bin/sh.distrib')?.name).toBe('bash');
  expect(owners.ownerOf('/usr/bin/local.moved')?.name).toBe('bash');
  expect(owners.ownerOf('/usr/bin/local')).toBeUndefined();
});

test('is unsettled after a change of status until that has rested and was loaded', async () => {
  let nowMs = 0;
  writeStatus(stanza('hello', '1'));
  writeList('hello', '/usr/bin/hello');
  const owners = await load(() => nowMs);
  await owners.look();
  expect([owners.unsettled(), owners.worthLoading()]).toEqual([false, false]);
  writeStatus(stanza('hello', '1.1'));
  await owners.look();
  expect([owners.unsettled(), owners.worthLoading()]).toEqual([true, false]);
  nowMs = 400;
  await owners.look();
  expect(owners.worthLoading()).toBe(false);
  nowMs = 600;
  await owners.look();
  expect(owners.worthLoading()).toBe(true);
  expect(owners.ownerOf('/usr/bin/hello')?.version).toBe('1');
  await owners.load();
  expect(owners.ownerOf('/usr/bin/hello')?.version).toBe('1.1');
  await owners.look();
  expect([owners.unsettled(), owners.worthLoading()]).toEqual([false, false]);
});

const hasPython = spawnSync('python3', ['--version'], { stdio: 'ignore' }).status === 0;
test.skipIf(!hasPython)('is unsettled while another process holds the lock of dpkg', async () => {
  writeStatus(stanza('hello', '1'));
  writeFileSync(join(folder, 'lock'), '');
  const owners = await load();
  await owners.look();
  expect(owners.unsettled()).toBe(false);
  const holder = spawn(
    'python3',
    [
      '-c',
      'import fcntl,sys;f=open(sys.argv[1],"w");fcntl.lockf(f,fcntl.LOCK_EX);print("held",flush=True);sys.stdin.read()',
      join(folder, 'lock'),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  try {
    await once(holder.stdout, 'data');
    await owners.look();
    expect(owners.unsettled()).toBe(true);
    await owners.look();
    expect(owners.worthLoading()).toBe(false);
  } finally {
    holder.stdin.end();
    await once(holder, 'exit');
  }
  await owners.look();
  expect(owners.unsettled()).toBe(false);
});

test('a system without dpkg is no failure, a database that cannot be read is one', async () => {
  rmSync(folder, { recursive: true });
  expect((await load()).state()).toBe('absent');
  mkdirSync(join(folder, 'status'), { recursive: true });
  expect((await load()).state()).toBe('failed');
});

const hasDpkg = spawnSync('dpkg-query', ['--version'], { stdio: 'ignore' }).status === 0;
test.skipIf(!hasDpkg)('agrees with dpkg-query about this system', { timeout: 30_000 }, async () => {
  const owners = new IndexedPackageOwners(new DpkgSource());
  await owners.load();
  const names = readdirSync('/usr/bin').slice(0, 400);
  const paths = names.flatMap((name) => [`/bin/${name}`, `/usr/bin/${name}`]);
  const says = spawnSync('dpkg-query', ['-S', ...paths], { encoding: 'utf8' }).stdout;
  const owned = new Map<string, string>();
  const diverted = new Set<string>();
  for (const line of says.split('\n')) {
    const [who, path] = line.split(': ') as [string, string];
    if (line.startsWith('diversion by')) diverted.add(path);
    else if (path) owned.set(path.replace(/^\/bin\//, '/usr/bin/'), who.split(/[:,]/)[0] as string);
  }
  let compared = 0;
  for (const name of names) {
    const path = `/usr/bin/${name}`;
    if (diverted.has(path)) continue;
    expect(owners.ownerOf(path)?.name, path).toBe(owned.get(path));
    compared++;
  }
  expect(compared).toBeGreaterThan(Math.min(100, names.length / 2));
  const versions = execFileSync('dpkg-query', ['-W', '-f', '$'.concat('{Package} $'.concat('{Version}\n'))], {
    encoding: 'utf8',
  });
  const known = new Set(versions.split('\n'));
  for (const path of owned.keys()) {
    const owner = owners.ownerOf(path);
    if (owner) expect(known.has(`${owner.name} ${owner.version}`), path).toBe(true);
  }
});
