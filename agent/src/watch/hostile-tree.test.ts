/**
 * A tree that somebody made to hang, blind or fool the agent. A folder of 5,000 entries in a usual run, of 100,000 with
 * FLEETMETER_TEST_FULL=1.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeEvidence } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realClock } from '../clock/real-clock.ts';
import type { FileHasherOptions } from '../hash/file-hasher.ts';
import { ExecutableFinder } from './executable-finder.ts';
import { FakeInventory } from './fake-inventory.ts';

const FULL = process.env.FLEETMETER_TEST_FULL === '1';
const ENTRIES = FULL ? 100_000 : 5_000;
const SETTLE_MS = 100;

let root: string;
let inventory: FakeInventory;
let finder: ExecutableFinder;
let server: Server | undefined;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'hostile-')));
  inventory = new FakeInventory();
});
afterEach(async () => {
  await finder.close();
  server?.close();
  server = undefined;
  // Some paths here are longer than anybody can name.
  execFileSync('rm', ['-r', root]);
});

const at = (name: string): string => join(root, name);
function script(name: string, body = name): string {
  writeFileSync(at(name), `#!/bin/sh\n# ${body}\n`, { mode: 0o755 });
  return at(name);
}
async function scan(rootPaths = [root], hasher: FileHasherOptions = {}): Promise<void> {
  finder = new ExecutableFinder({
    clock: realClock(),
    sink: inventory,
    known: inventory,
    rootPaths,
    settleMs: SETTLE_MS,
    hasher,
  });
  await sleep(SETTLE_MS);
  await finder.scanOnce();
}
const names = (): string[] => [...inventory.files.keys()].map((path) => path.slice(root.length + 1)).sort();

test('what is no regular file is passed by, and the rest is found', { timeout: 60_000 }, async () => {
  execFileSync('mkfifo', ['-m', '755', ...Array.from({ length: 40 }, (_, n) => at(`fifo-${n}`))]);
  server = createServer().listen(at('socket'));
  // Only root may make devices; /dev has them anyway.
  if (process.getuid?.() === 0) execFileSync('mknod', ['-m', '755', at('zero'), 'c', '1', '5']);
  symlinkSync('loop-b', at('loop-a'));
  symlinkSync('loop-a', at('loop-b'));
  mkdirSync(at('folder'));
  symlinkSync('..', at('folder/up'));
  symlinkSync('/proc/self/root', at('folder/everything'));
  script('tool');
  await scan();
  expect(names()).toEqual(['tool']);
  expect(finder.status().lastScan).toMatchObject({ complete: true, folders: 2 });
});

test.each(['/proc', '/sys', '/dev'])('%s as a root is left out and said to be', async (pseudo) => {
  script('tool');
  await scan([root, pseudo]);
  expect(names()).toEqual(['tool']);
  expect(finder.status().skipped['excluded-file-system']).toBeGreaterThan(0);
});

test('files of a terabyte that take no space cost nothing', async () => {
  truncateSync(script('sparse'), 2 ** 40);
  script('tool');
  await scan();
  expect(names()).toEqual(['tool']);
  expect(inventory.skips.get(at('sparse'))).toBe('too-large');
  expect(finder.status().hashing.bytesRead).toBeLessThan(100);
});

test('files that grow, shrink or are replaced all the while hold up nothing, and are right once they rest', {
  timeout: 60_000,
}, async () => {
  const paths = ['growing', 'shrinking', 'swapped', 'still'].map((name) => script(name, 'x'.repeat(500_000)));
  const [growing = '', shrinking = '', swapped = ''] = paths;
  let size = 500_000;
  let turn = 0;
  const restless = setInterval(() => {
    appendFileSync(growing, 'more\n');
    size -= 10;
    truncateSync(shrinking, size);
    script('next', `swapped ${turn++}`);
    renameSync(at('next'), swapped);
  }, 5);
  const scanned = scan();
  await inventory.until(() => inventory.files.has(at('still')), 30_000);
  clearInterval(restless);
  await scanned;
  // Nothing watches here: what changed after it was hashed is found by the next look.
  await finder.scanOnce();
  expect(turn).toBeGreaterThan(10);
  expect(names()).toEqual(['growing', 'shrinking', 'still', 'swapped']);
  for (const path of paths) {
    const sha256 = createHash('sha256').update(readFileSync(path)).digest();
    expect([path, inventory.files.get(path)?.evidence.sha256]).toEqual([path, Uint8Array.from(sha256)]);
  }
});

test('a hard link that is swapped for another file is told as what it is now', async () => {
  const [one, other] = [script('one'), script('other')];
  linkSync(one, at('name'));
  await scan();
  const before = inventory.files.get(at('name'))?.evidence.sha256;
  expect(before).toEqual(inventory.files.get(one)?.evidence.sha256);
  linkSync(other, at('next'));
  renameSync(at('next'), at('name'));
  await finder.close();
  await scan();
  expect(inventory.files.get(at('name'))?.evidence.sha256).toEqual(
    inventory.files.get(other)?.evidence.sha256,
  );
});

test('names that hold escapes are listed, names that are not Unicode are counted', async () => {
  const odd = ['\u001b[2J\u001b]0;owned\u0007', 'line\nbreak', '\u202Egnp.exe', 'tab\tbed', 'quote\'"`$(x)'];
  for (const name of odd) script(name);
  const notUnicode = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x66, 0xff, 0xfe])]);
  writeFileSync(notUnicode, '#!/bin/sh\n', { mode: 0o755 });
  await scan();
  expect(names()).toEqual([...odd].sort());
  for (const { evidence } of inventory.files.values()) encodeEvidence(evidence);
  expect(finder.status().skipped).toEqual({ 'path-not-unicode': 1 });
});

test('what lies deeper than a path can say is counted', async () => {
  script('tool');
  const deeper = `const name = 'd'.repeat(200);
    for (let depth = 0; depth < 25; depth++) { fs.mkdirSync(name); process.chdir(name); }
    fs.writeFileSync('tool', '#!/bin/sh\\n', { mode: 0o755 });`;
  execFileSync(process.execPath, ['-e', deeper], { cwd: root });
  await scan();
  expect(names()).toEqual(['tool']);
  expect(finder.status().skipped).toEqual({ unreadable: 1 });
});

test('a file that takes too long is not read again at each pass', async () => {
  script('large', 'x'.repeat(40_000_000));
  await scan([root], { maxFileMs: 1 });
  const { bytesRead } = finder.status().hashing;
  await finder.scanOnce();
  expect(finder.status().skipped).toEqual({ 'too-large': 1 });
  expect(finder.status().hashing.bytesRead).toBe(bytesRead);
  // Another state is another file.
  appendFileSync(at('large'), 'x');
  await sleep(SETTLE_MS);
  await finder.scanOnce();
  expect(finder.status().hashing.bytesRead).toBeGreaterThan(bytesRead);
});

test(`a folder of ${ENTRIES} entries is listed whole`, { timeout: 600_000 }, async () => {
  for (let number = 0; number < ENTRIES; number++)
    writeFileSync(at(`entry-${number}`), `#!/bin/sh\n# ${number}\n`, {
      mode: number % 50 === 0 ? 0o755 : 0o644,
    });
  await scan();
  expect(inventory.files.size).toBe(ENTRIES / 50);
  expect(finder.status().lastScan).toMatchObject({ complete: true, entries: ENTRIES });
});
