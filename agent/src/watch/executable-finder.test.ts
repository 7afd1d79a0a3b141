import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeEvidence } from '@fleetmeter/proto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { realClock } from '../clock/real-clock.ts';
import type { PackageOwner, PackageOwners } from '../evidence/package-owner.ts';
import { ExecutableFinder } from './executable-finder.ts';
import { FakeInventory } from './fake-inventory.ts';
import type { FinderOptions } from './finder-options.ts';
import type { FoundFile, SkipReason } from './found-file.ts';

let root: string;
let inventory: FakeInventory;
const open: ExecutableFinder[] = [];
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'find-')));
  inventory = new FakeInventory();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((finder) => finder.close()));
  rmSync(root, { recursive: true });
});

function finder(options: Partial<FinderOptions> = {}): ExecutableFinder {
  const made = new ExecutableFinder({
    clock: realClock(),
    sink: inventory,
    known: inventory,
    rootPaths: [root],
    settleMs: 200,
    ...options,
  });
  open.push(made);
  return made;
}

/** Output of a program that file modes bind, also when the test runs as root. */
function withoutRootPowers(program: string, ...args: string[]): string {
  const powers = '-dac_override,-dac_read_search';
  const drop = ['setpriv', `--bounding-set=${powers}`, `--inh-caps=${powers}`];
  const [file = '', ...rest] = [
    ...(process.getuid?.() === 0 ? drop : []),
    process.execPath,
    program,
    ...args,
  ];
  return execFileSync(file, rest, { encoding: 'utf8' });
}

function script(path: string, body = 'true', mode = 0o755): string {
  const full = join(root, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, `#!/bin/sh\n${body}\n`, { mode });
  return full;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hashAt = (path: string): string | undefined => {
  const file = inventory.files.get(path);
  return file && Buffer.from(file.evidence.sha256).toString('hex');
};
const scriptHash = (body: string): string => sha256(`#!/bin/sh\n${body}\n`);
const names = (): string[] => [...inventory.files.keys()].map((path) => path.slice(root.length + 1)).sort();

describe('scanning', () => {
  test('finds executables by what they are, never by name, and follows no links', async () => {
    script('bin/tool');
    script('bin/tool.txt');
    script('bin/library.sh', 'true', 0o644);
    writeFileSync(join(root, 'bin/program.exe'), 'not a program', { mode: 0o755 });
    copyFileSync('/bin/true', join(root, 'bin/elf'));
    symlinkSync('tool', join(root, 'bin/link'));
    symlinkSync('..', join(root, 'bin/loop'));
    symlinkSync('/usr/bin', join(root, 'elsewhere'));
    execFileSync('mkfifo', ['-m', '755', ...[1, 2, 3, 4, 5].map((n) => join(root, `bin/fifo-${n}`))]);
    await finder().scanOnce();
    expect(names()).toEqual(['bin/elf', 'bin/tool', 'bin/tool.txt']);
    expect(inventory.files.get(join(root, 'bin/elf'))?.format).toBe('elf');
    for (const file of inventory.files.values()) encodeEvidence(file.evidence);
  });

  test('hashes nothing again, also in another run of the agent, and tells nothing again', async () => {
    for (let number = 0; number < 40; number++) script(`bin/tool-${number}`, String(number));
    const first = finder();
    await first.scanOnce();
    expect(first.status().hashing.filesHashed).toBe(40);
    inventory.calls = [];
    const second = finder();
    await second.scanOnce();
    expect(second.status()).toMatchObject({ hashing: { filesHashed: 0 }, lastScan: { executables: 40 } });
    expect(inventory.calls).toEqual([]);
  });

  test('a device that has another number since the system was started is the same device', async () => {
    const path = script('bin/tool');
    await sleep(200);
    await finder().scanOnce();
    const known = inventory.files.get(path) as FoundFile;
    const { device } = known.identity;
    inventory.files.set(path, { ...known, identity: { ...known.identity, device: '4242' } });
    const second = finder();
    await second.scanOnce();
    expect(second.status()).toMatchObject({ hashing: { filesHashed: 0 }, lastScan: { executables: 1 } });
    expect(inventory.files.get(path)?.identity.device).toBe(device);
    inventory.calls = [];
    await second.scanOnce();
    expect(inventory.calls).toEqual([]);
  });

  test('an inode with many names is hashed once and listed under each', async () => {
    const tool = script('bin/tool', 'x'.repeat(1_000_000));
    for (let number = 0; number < 20; number++) linkSync(tool, join(root, `bin/link-${number}`));
    const finding = finder();
    await finding.scanOnce();
    expect(names()).toHaveLength(21);
    expect(finding.status().hashing.filesHashed).toBe(1);
    inventory.files.delete(join(root, 'bin/link-7'));
    const second = finder();
    await second.scanOnce();
    expect(names()).toHaveLength(21);
    expect(second.status().hashing.filesHashed).toBe(0);
  });

  test('what is no longer there, or no longer executable, is gone', async () => {
    const paths = ['a', 'b', 'c', 'deep/er/d'].map((name) => script(name));
    await finder().scanOnce();
    rmSync(paths[0] as string);
    chmodSync(paths[1] as string, 0o644);
    rmSync(join(root, 'deep'), { recursive: true });
    await finder().scanOnce();
    expect(names()).toEqual(['c']);
  });

  test('what lies under no root any more is gone', async () => {
    script('kept/a');
    script('left/b');
    await finder().scanOnce();
    await finder({ rootPaths: [join(root, 'kept')] }).scanOnce();
    expect(names()).toEqual(['kept/a']);
  });

  test('a scan that is broken off says nothing is gone', async () => {
    for (let number = 0; number < 200; number++) script(`${number}/tool`);
    await finder().scanOnce();
    const second = finder();
    const scan = second.scanOnce();
    await second.close();
    await scan;
    expect(names()).toHaveLength(200);
    expect(inventory.calls.filter((call) => call.startsWith('gone'))).toEqual([]);
  });

  test('a name that is not Unicode is counted, and so is a file beyond the limits', async () => {
    const bad = Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff, 0xfe])]);
    writeFileSync(bad, '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(Buffer.concat([bad, Buffer.from('-plain')]), 'text', { mode: 0o644 });
    truncateSync(script('sparse'), 2 ** 40);
    const finding = finder();
    await finding.scanOnce();
    expect(finding.status().skipped).toEqual({ 'path-not-unicode': 1, 'too-large': 1 });
    expect([...inventory.skips.values()].sort()).toEqual(['path-not-unicode', 'too-large']);
  });

  test('what nobody has room for is counted and not read', async () => {
    const known = script('known');
    await sleep(200);
    await finder().scanOnce();
    inventory.takesNew = () => false;
    script('other');
    script('known', 'false');
    await sleep(200);
    const made = finder();
    await made.scanOnce();
    expect([...inventory.files.keys()]).toEqual([known]);
    expect(made.status().skipped).toEqual({ 'state-full': 1 });
    expect(made.status().hashing.filesHashed).toBe(1);
  });

  test('an unreadable folder is counted and keeps its files', () => {
    script('closed/tool');
    const { files, skips } = JSON.parse(
      withoutRootPowers(join(import.meta.dirname, 'fixtures/scan-closed-folder.ts'), root),
    );
    expect(files).toEqual([join(root, 'closed/tool')]);
    expect(skips).toEqual([[join(root, 'closed'), 'folder-unreadable']]);
  });

  test('a folder of 30,000 entries does not hold up the event loop', { timeout: 30_000 }, async () => {
    for (let number = 0; number < 30_000; number++)
      writeFileSync(join(root, `file-${number}`), '', { mode: number % 3 ? 0o644 : 0o755 });
    script('tool');
    const finding = finder();
    let longest = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 2);
    const began = performance.now();
    await finding.scanOnce();
    const took = performance.now() - began;
    clearInterval(beat);
    expect(names()).toEqual(['tool']);
    // In one piece it would be all of it.
    expect(longest).toBeLessThan(Math.max(200, took / 2));
  });

  test('reports progress that ends with the result', async () => {
    for (let number = 0; number < 10; number++) script(`bin/tool-${number}`);
    const states: string[] = [];
    const finding = finder({
      onProgress: ({ state, scan, lastScan }) => states.push(`${state} ${(scan ?? lastScan)?.executables}`),
    });
    await finding.scanOnce();
    expect(states.at(-1)).toBe('idle 10');
  });
});

// Both ways of watching must say the same.
describe.each([
  ['a small tree', 5000],
  ['a large tree', -1],
])('watching %s', (_, smallTreeEntries) => {
  const watching = async (options: Partial<FinderOptions> = {}): Promise<ExecutableFinder> => {
    const finding = finder({ smallTreeEntries, ...options });
    await finding.start();
    expect(finding.status().watchedTrees).toHaveLength(smallTreeEntries >= 0 ? 1 : 0);
    await sleep(300);
    return finding;
  };

  test('a new file, a replaced one, a removed one', async () => {
    mkdirSync(join(root, 'bin'));
    await watching();
    const tool = script('bin/tool', 'one');
    await inventory.until(() => hashAt(tool) === scriptHash('one'), 2000);
    script('bin/.new', 'two');
    renameSync(join(root, 'bin/.new'), tool);
    await inventory.until(() => hashAt(tool) === scriptHash('two'), 2000);
    appendFileSync(tool, 'more\n');
    await inventory.until(() => hashAt(tool) === sha256('#!/bin/sh\ntwo\nmore\n'), 2000);
    rmSync(tool);
    await inventory.until(() => !inventory.files.has(tool), 2000);
    expect([...inventory.files.keys()]).toEqual([]);
  });

  test('execute bits that come and go', async () => {
    const tool = script('tool', 'true', 0o644);
    await watching();
    chmodSync(tool, 0o755);
    await inventory.until(() => inventory.files.has(tool), 2000);
    chmodSync(tool, 0o644);
    await inventory.until(() => !inventory.files.has(tool), 2000);
  });

  test('trees that appear, move and vanish, and what happens in them later', async () => {
    await watching();
    const first = script('a/b/c/tool');
    await inventory.until(() => inventory.files.has(first), 2000);
    renameSync(join(root, 'a'), join(root, 'z'));
    await inventory.until(() => names().join() === 'z/b/c/tool', 2000);
    const later = script('z/b/c/later');
    await inventory.until(() => inventory.files.has(later), 2000);
    rmSync(join(root, 'z'), { recursive: true });
    await inventory.until(() => names().length === 0, 2000);
    const again = script('z/b/c/again');
    await inventory.until(() => inventory.files.has(again), 2000);
    const once = script('z/b/c/once-more');
    await inventory.until(() => inventory.files.has(once), 2000);
  });

  test('a tree that is removed and made anew at once', async () => {
    script('app/bin/tool', 'old');
    await watching();
    for (let round = 0; round < 5; round++) {
      rmSync(join(root, 'app'), { recursive: true });
      script('app/bin/tool', `round ${round}`);
    }
    await inventory.until(() => hashAt(join(root, 'app/bin/tool')) === scriptHash('round 4'), 3000);
    // Long enough for every look that the removals caused: what finds the next file is a watch that works.
    await sleep(1500);
    const next = script('app/bin/next');
    await inventory.until(() => inventory.files.has(next), 2000);
  });

  test('two hundred files replaced in one go', async () => {
    const paths = Array.from({ length: 200 }, (_, number) => script(`bin/tool-${number}`, `old ${number}`));
    const finding = await watching();
    for (const [number, path] of paths.entries()) {
      script('bin/.new', `new ${number}`);
      renameSync(join(root, 'bin/.new'), path);
    }
    await inventory.until(() => paths.every((path, n) => hashAt(path) === scriptHash(`new ${n}`)), 5000);
    expect(finding.status().lastScan?.filesHashed).toBe(200);
    expect(names()).toHaveLength(200);
  });

  test('a file that is being written is hashed when it is done', async () => {
    await watching();
    const path = script('tool', 'start');
    let body = '#!/bin/sh\nstart\n';
    for (let part = 0; part < 10; part++) {
      await sleep(60);
      appendFileSync(path, `part ${part}\n`);
      body += `part ${part}\n`;
    }
    await inventory.until(() => hashAt(path) === sha256(body), 2000);
    expect(inventory.told.filter((file) => file.path === path)).toHaveLength(1);
  });
});

describe('limits of watching', () => {
  test('folders beyond the limit are counted, and the next full scan finds what changed there', async () => {
    for (const name of ['a', 'b', 'c', 'd']) mkdirSync(join(root, name));
    const finding = finder({ smallTreeEntries: -1, maxWatches: 3, rescanMs: 800 });
    await finding.start();
    expect(finding.status()).toMatchObject({ watchedFolders: 3, skipped: { 'watch-limit': 2 } });
    expect([...inventory.skips.values()]).toEqual(['watch-limit', 'watch-limit']);
    const paths = ['a', 'b', 'c', 'd'].map((name) => script(`${name}/tool`));
    await inventory.until(() => paths.every((path) => inventory.files.has(path)), 4000);
    rmSync(join(root, 'a'), { recursive: true });
    rmSync(join(root, 'b'), { recursive: true });
    await inventory.until(() => inventory.skips.size === 0, 4000);
    expect(finding.status().skipped).toEqual({});
  });

  test('every file of a small tree is a watch, and counts; without room for them it is watched by folder', async () => {
    for (const name of ['a', 'b', 'c', 'd']) script(`bin/${name}`);
    const small = finder();
    await small.start();
    expect(small.status()).toMatchObject({ watchedTrees: [root], watchedFolders: 0 });
    expect(small.status().watches).toBeGreaterThanOrEqual(5);
    await small.close();
    const byFolder = finder({ maxWatches: 4 });
    await byFolder.start();
    expect(byFolder.status()).toMatchObject({ watchedTrees: [], watchedFolders: 2, watches: 2, skipped: {} });
  });

  test('nothing is told after close', async () => {
    const finding = finder({ smallTreeEntries: -1 });
    await finding.start();
    script('tool');
    await sleep(100);
    await finding.close();
    inventory.calls = [];
    script('other');
    await sleep(600);
    expect(inventory.calls).toEqual([]);
    expect(finding.status()).toMatchObject({
      state: 'closed',
      watchedFolders: 0,
      hashing: { threadsRunning: 0 },
    });
  });
});

test('what is known cannot be read when a folder goes: that is a failure, and finding goes on', async () => {
  const paths = ['folder/a', 'folder/b'].map((name) => script(name));
  let failing = false;
  const finding = finder({
    smallTreeEntries: -1,
    known: new Proxy(inventory, {
      get(target, name) {
        if (name === 'paths' && failing) throw new Error('disk full');
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }),
  });
  await finding.start();
  failing = true;
  rmSync(join(root, 'folder'), { recursive: true });
  await vi.waitFor(() => expect(finding.status()).toMatchObject({ lastFailure: 'disk full' }), 5000);
  failing = false;
  const later = script('later');
  await inventory.until(() => inventory.files.has(later), 5000);
  expect(paths.some((path) => inventory.files.has(path))).toBe(false);
});

test('a sink that fails loses nothing but time', async () => {
  const paths = ['a', 'b', 'c'].map((name) => script(name));
  let failing = true;
  const sink = {
    found: (file: FoundFile) => {
      if (failing) throw new Error('disk full');
      inventory.found(file);
    },
    gone: (path: string) => inventory.gone(path),
    skipped: (path: string, reason: SkipReason) => inventory.skipped(path, reason),
    passBegins: () => inventory.passBegins(),
  };
  const finding = finder({ sink });
  await finding.scanOnce();
  expect(finding.status()).toMatchObject({ failures: 3, lastFailure: 'disk full' });
  failing = false;
  await finding.scanOnce();
  expect([...inventory.files.keys()].sort()).toEqual(paths);
});

class FakeOwners implements PackageOwners {
  version = '1';
  busy = false;
  changed = false;
  #loaded: string | undefined;
  databases(): [] {
    return [];
  }

  state(): 'loaded' {
    return 'loaded';
  }
  ownerOf(path: string): PackageOwner | undefined {
    return path.includes('owned') && this.#loaded
      ? { manager: 'dpkg', name: 'pkg', version: this.#loaded }
      : undefined;
  }
  look(): undefined {}
  unsettled(): boolean {
    return this.busy || this.changed;
  }
  worthLoading(): boolean {
    return this.changed && !this.busy;
  }
  load(): Promise<void> {
    this.#loaded = this.version;
    this.changed = this.busy;
    return Promise.resolve();
  }
}

/** Reading takes until `end`. */
function slowReading(owners: FakeOwners): { end(): void } {
  const load = owners.load.bind(owners);
  const reading = { end: (): void => undefined };
  vi.spyOn(owners, 'load').mockImplementation(async () => {
    await new Promise<void>((done) => {
      reading.end = done;
    });
    await load();
  });
  return reading;
}

describe('packages', () => {
  const versionOf = (path: string) => inventory.files.get(path)?.evidence.packageVersion;
  let packageFolder: string;
  beforeEach(() => {
    packageFolder = join(root, 'database');
    mkdirSync(packageFolder);
  });
  const change = (owners: FakeOwners, version: string): void => {
    Object.assign(owners, { version, changed: true });
    writeFileSync(join(packageFolder, 'status'), version);
  };

  test('a new version of a package is told for its unchanged files, without hashing', async () => {
    const owners = new FakeOwners();
    const [owned, free] = [script('owned/tool'), script('free/tool')];
    const finding = finder({ owners, packageFolders: [packageFolder], smallTreeEntries: -1 });
    await finding.start();
    expect([versionOf(owned), versionOf(free)]).toEqual(['1', undefined]);
    inventory.calls = [];
    change(owners, '2');
    await inventory.until(() => versionOf(owned) === '2', 2000);
    expect(inventory.calls).toEqual([`found ${owned}`]);
    expect(finding.status().hashing.filesHashed).toBe(2);
  });

  test('a version that changed while the agent was down is told by the next scan', async () => {
    const owned = script('owned/tool');
    await finder({ owners: new FakeOwners() }).scanOnce();
    const owners = new FakeOwners();
    owners.version = '2';
    const second = finder({ owners });
    await second.scanOnce();
    expect(versionOf(owned)).toBe('2');
    expect(second.status().hashing.filesHashed).toBe(0);
  });

  test('files are hashed while the package databases are read for the first time, and told when they are', async () => {
    const owners = new FakeOwners();
    const reading = slowReading(owners);
    const [owned, known] = [script('owned/tool'), script('free/known')];
    const finding = finder({ owners });
    const scan = finding.scanOnce();
    await vi.waitUntil(() => finding.status().hashing.filesHashed === 2, 5_000);
    expect(inventory.calls).toEqual([]);
    reading.end();
    await scan;
    expect([versionOf(owned), versionOf(known)]).toEqual(['1', undefined]);
    expect(inventory.files.size).toBe(2);
  });

  test('what goes after it was hashed and before it is told is not told', async () => {
    const owners = new FakeOwners();
    const reading = slowReading(owners);
    const [gone, kept] = [script('free/gone'), script('free/kept')];
    const finding = finder({ owners, smallTreeEntries: -1 });
    const started = finding.start();
    await vi.waitUntil(() => finding.status().hashing.filesHashed === 2, 5_000);
    rmSync(gone);
    await sleep(1_000);
    reading.end();
    await started;
    expect(inventory.calls).toEqual([`found ${kept}`]);
  });

  test('a pass over unchanged files asks the inventory for none of them, until their package changes', async () => {
    const owners = new FakeOwners();
    const [owned, free] = [script('owned/tool'), script('free/tool')];
    const asked: string[] = [];
    const byPath = inventory.byPath.bind(inventory);
    vi.spyOn(inventory, 'byPath').mockImplementation((path) => {
      asked.push(path);
      return byPath(path);
    });
    const stateAt = vi.spyOn(inventory, 'stateAt');
    const finding = finder({ owners });
    await finding.scanOnce();
    asked.length = 0;
    stateAt.mockClear();
    await finding.scanOnce();
    expect(asked).toEqual([]);
    expect(stateAt).not.toHaveBeenCalled();
    Object.assign(owners, { version: '2', changed: true });
    await finding.scanOnce();
    expect([versionOf(owned), versionOf(free)]).toEqual(['2', undefined]);
    expect(asked).toEqual([owned]);
    asked.length = 0;
    script('free/tool', 'replaced');
    chmodSync(owned, 0o644);
    await finding.scanOnce();
    expect([versionOf(owned), hashAt(free)]).toEqual([undefined, scriptHash('replaced')]);
    // Executable again with the same content, and nothing of before is taken for it.
    chmodSync(owned, 0o755);
    await finding.scanOnce();
    expect(versionOf(owned)).toBe('2');
  });

  test('no old content is told with a new version, nor new content with an old one', async () => {
    const owners = new FakeOwners();
    const owned = script('owned/tool', 'version 1');
    const finding = finder({ owners, packageFolders: [packageFolder], smallTreeEntries: -1 });
    await finding.start();
    owners.busy = true;
    script('owned/tool', 'version 2');
    await inventory.until(() => inventory.skips.get(owned) === 'package-database-busy', 2000);
    expect(finding.status()).toMatchObject({ waitingForPackages: 1 });
    owners.busy = false;
    change(owners, '2');
    await inventory.until(() => versionOf(owned) === '2' && hashAt(owned) === scriptHash('version 2'), 3000);
    const told = inventory.told.map(
      (file) => `${Buffer.from(file.evidence.sha256).toString('hex')} ${file.evidence.packageVersion}`,
    );
    expect(new Set(told)).toEqual(new Set([`${scriptHash('version 1')} 1`, `${scriptHash('version 2')} 2`]));
    expect(inventory.skips.size).toBe(0);
    expect(finding.status().hashing.filesHashed).toBe(2);
  });

  test('a change of packages that never ends holds nothing back for ever', async () => {
    const owners = new FakeOwners();
    owners.busy = true;
    const owned = script('owned/tool');
    const finding = finder({
      owners,
      packageFolders: [packageFolder],
      smallTreeEntries: -1,
      packagesMaxMs: 1500,
    });
    await finding.start();
    expect(inventory.skips.get(owned)).toBe('package-database-busy');
    await inventory.until(() => inventory.files.has(owned), 3000);
    expect(inventory.skips.size).toBe(0);
  });
});

describe('programs that run from elsewhere', () => {
  test('are named with their content, and the sink hears nothing', async () => {
    const finding = finder();
    const raw = readlinkSync('/proc/self/exe');
    const file = await finding.identify('/proc/self/exe', raw);
    if (typeof file === 'string') throw new Error(file);
    expect(file).toMatchObject({ path: raw, format: 'elf' });
    encodeEvidence(file.evidence);
    await finding.identify('/proc/self/exe', raw);
    expect(finding.status().hashing.filesHashed).toBe(1);
    expect(inventory.calls).toEqual([]);
  });

  test('keep their name when their file was deleted while they run', async () => {
    const finding = finder();
    const path = join(root, 'sleep');
    copyFileSync('/bin/sleep', path);
    const { spawn } = await import('node:child_process');
    const child = spawn(path, ['30']);
    await new Promise((resolve) => child.once('spawn', resolve));
    rmSync(path);
    const link = readlinkSync(`/proc/${child.pid}/exe`);
    const file = await finding.identify(`/proc/${child.pid}/exe`, link);
    child.kill();
    expect(link.endsWith(' (deleted)')).toBe(true);
    expect(file).toMatchObject({ path, format: 'elf' });
  });

  test('and have ended say so', async () => {
    expect(await finder().identify('/proc/4194305/exe', '/tmp/x')).toBe('vanished');
  });
});
