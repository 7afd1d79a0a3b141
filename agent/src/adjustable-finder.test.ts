/** Finding under changing settings, over real folders. */
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AdjustableFinder } from './adjustable-finder.ts';
import { realClock } from './clock/real-clock.ts';
import { createFinder, type FindingConfig } from './finder.ts';
import { FakeInventory } from './watch/fake-inventory.ts';

let root: string;
let inventory: FakeInventory;
let wanted: FindingConfig | undefined;
let finder: AdjustableFinder;
let adjusted: number;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'adjust-')));
  for (const name of ['tools', 'private', 'elsewhere']) {
    mkdirSync(join(root, name));
    copyFileSync('/bin/true', join(root, name, 'program'));
  }
  inventory = new FakeInventory();
  adjusted = 0;
  wanted = config();
  finder = new AdjustableFinder({
    make: (scope) => createFinder(scope, inventory, realClock()),
    wanted: () => wanted,
    onAdjust: () => adjusted++,
  });
});
afterEach(async () => {
  await finder.close();
  rmSync(root, { recursive: true });
});

const config = (changes: Partial<FindingConfig> = {}): FindingConfig => ({
  roots: [join(root, 'tools'), join(root, 'private')],
  ...{ settleMs: 100, rescanSeconds: 3600, hashMebibytesPerSecond: 0, hashCpuPercent: 0 },
  ...{ hashGently: false, hashFileMebibytes: 8192, hashFileSeconds: 60 },
  ...{ additionalRoots: [], excludedFolders: [], homeFolders: true, mostHomePrograms: 5000 },
  ...changes,
});
const found = (): string[] =>
  [...inventory.paths()].map((path) => path.slice(root.length + 1).replace('/program', '')).sort();

async function until(what: string, condition: () => boolean): Promise<void> {
  for (const end = performance.now() + 10_000; !condition(); await sleep(20))
    if (performance.now() > end) throw new Error(`not within 10 s: ${what}; found ${found()}`);
}

test('another scope takes effect while the agent runs, and only what is new in it is hashed', async () => {
  await finder.start();
  expect(found()).toEqual(['private', 'tools']);
  const { filesHashed } = finder.status().hashing;

  wanted = config({ excludedFolders: [join(root, 'private')] });
  await finder.adjust();
  await until('private is gone', () => found().join() === 'tools');
  expect([finder.mayMeter(join(root, 'tools/x')), finder.mayMeter(join(root, 'private/x'))]).toEqual([
    true,
    false,
  ]);
  expect(await finder.identify(join(root, 'private/program'), join(root, 'private/program'))).toBe(
    'excluded-folder',
  );

  wanted = config({ additionalRoots: [join(root, 'elsewhere')] });
  await finder.adjust();
  await until('three folders', () => found().join() === 'elsewhere,private,tools');
  expect(finder.status().hashing.filesHashed).toBe(filesHashed + 2);
  await finder.adjust();
  expect(adjusted, 'the same again is no change').toBe(2);
});

test('settings hold for what is metered long before the first scan, which is not begun by them', async () => {
  wanted = config({ excludedFolders: [join(root, 'private')] });
  await finder.adjust();
  expect([finder.mayMeter(join(root, 'private/x')), finder.mayMeter(join(root, 'tools/x'))]).toEqual([
    false,
    true,
  ]);
  await sleep(300);
  expect([found(), finder.status().state, adjusted]).toEqual([[], 'new', 1]);
  // Started while another one is being made.
  wanted = config({ additionalRoots: [join(root, 'elsewhere')] });
  void finder.adjust();
  await finder.start();
  expect(found()).toEqual(['elsewhere', 'private', 'tools']);
});

test('nothing outside the roots of the ceiling is listed or metered, whatever else is set', async () => {
  wanted = config({
    additionalRoots: [join(root, 'elsewhere')],
    rootsAtMost: [join(root, 'tools')],
  });
  void finder.start();
  await finder.adjust();
  await until('tools', () => found().join() === 'tools');
  await sleep(300);
  expect(found()).toEqual(['tools']);
  expect(finder.status().roots).toEqual([join(root, 'tools')]);
  expect(finder.mayMeter('/usr/bin/true')).toBe(false);
});

test('a root above what the ceiling allows is searched in the allowed part only', async () => {
  wanted = config({ roots: [root], rootsAtMost: [join(root, 'tools'), '/somewhere'] });
  await finder.adjust();
  await finder.start();
  await until('tools', () => found().join() === 'tools');
});

test('paused there is no finder: what appears is found afterwards, and nothing known is lost', async () => {
  await finder.start();
  wanted = undefined;
  await finder.adjust();
  copyFileSync('/bin/false', join(root, 'tools/new'));
  await sleep(500);
  expect(found()).toEqual(['private', 'tools']);
  expect(finder.status()).toMatchObject({ state: 'closed', watchedFolders: 0, hashing: { filesHashed: 2 } });
  expect([finder.isThere, finder.mayMeter(join(root, 'tools/new'))]).toEqual([false, false]);
  wanted = config();
  await finder.adjust();
  expect([finder.isThere, finder.mayMeter(join(root, 'tools/new'))]).toEqual([true, true]);
  await until('the new one', () => found().includes('tools/new'));
  expect(finder.status().hashing.filesHashed).toBe(3);
});

test('an agent that starts paused has its first scan when it goes on', async () => {
  wanted = undefined;
  finder = new AdjustableFinder({
    make: (scope) => createFinder(scope, inventory, realClock()),
    wanted: () => wanted,
    onAdjust: () => {},
  });
  let scanned = false;
  void finder.start().then(() => {
    scanned = true;
  });
  await sleep(200);
  expect([scanned, found()]).toEqual([false, []]);
  wanted = config();
  await finder.adjust();
  await until('scanned', () => scanned);
  expect(found()).toEqual(['private', 'tools']);
});

test('a new account has another finder look, which hashes nothing again', async () => {
  let homes = 'ada';
  const made: FindingConfig[] = [];
  await finder.close();
  finder = new AdjustableFinder({
    make: (scope) => {
      made.push(scope);
      return createFinder(scope, inventory, realClock());
    },
    wanted: () => wanted,
    surroundings: () => homes,
    onAdjust: () => adjusted++,
  });
  await finder.start();
  const { filesHashed } = finder.status().hashing;
  await finder.adjust();
  expect(made).toHaveLength(1);
  homes = 'ada bob';
  await finder.adjust();
  await until('the second scan', () => finder.status().lastScan?.complete === true);
  expect(made).toHaveLength(2);
  expect(finder.status().hashing.filesHashed).toBe(filesHashed);
});
