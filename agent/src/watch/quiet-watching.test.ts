/** Folders that are not watched, since no program is in or below them: what comes there is found by looking at them. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realClock } from '../clock/real-clock.ts';
import { ExecutableFinder } from './executable-finder.ts';
import { FakeInventory } from './fake-inventory.ts';
import type { FinderOptions } from './finder-options.ts';

const LOOK_MS = 300;
/** Longer than what counts as just now to a coarse clock. */
const OLD_ENOUGH_MS = 2_500;
let root: string;
let outside: string;
let inventory: FakeInventory;
let finding: ExecutableFinder | undefined;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'quiet-')));
  outside = realpathSync(mkdtempSync(join(tmpdir(), 'quiet-outside-')));
  inventory = new FakeInventory();
});
afterEach(async () => {
  await finding?.close();
  for (const folder of [root, outside]) rmSync(folder, { recursive: true });
});

async function watching(options: Partial<FinderOptions> = {}): Promise<ExecutableFinder> {
  const made = new ExecutableFinder({
    clock: realClock(),
    sink: inventory,
    known: inventory,
    rootPaths: [root],
    settleMs: 100,
    smallTreeEntries: -1,
    quietLookMs: LOOK_MS,
    ...options,
  });
  finding = made;
  await made.start();
  return made;
}

function file(path: string, mode: number): string {
  const full = join(path.startsWith('/') ? '' : root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, `#!/bin/sh\n# ${path}\n`, { mode });
  return full;
}

/** A tree with one program and four folders of data. */
function tree(): void {
  file('app/lib/tool', 0o755);
  file('share/doc/one/text', 0o644);
  file('share/doc/two/text', 0o644);
}

test('only folders of programs, those above them and those right in a root are watched', async () => {
  tree();
  const { watchedFolders, quietFolders } = (await watching()).status();
  // root, app, app/lib, share; share/doc, share/doc/one, share/doc/two
  expect([watchedFolders, quietFolders]).toEqual([4, 3]);
});

test('a program that appears in a quiet folder is found at the next look, and its folder is watched from then on', async () => {
  tree();
  // What was made just now is watched for a while for that alone.
  await sleep(OLD_ENOUGH_MS);
  const { status } = await watching().then((made) => ({ status: () => made.status() }));
  const tool = file('share/doc/one/tool', 0o755);
  await inventory.until(() => inventory.files.has(tool));
  expect(status().watchedFolders).toBe(6);
  // No look would see this: the folder does not change.
  const text = join(root, 'share/doc/one/text');
  chmodSync(text, 0o755);
  await inventory.until(() => inventory.files.has(text));
});

test('folders that come to be in quiet ones, or are moved there with old times, are found with all that is in them', async () => {
  tree();
  await watching();
  const made = file('share/doc/two/new/deep/tool', 0o755);
  await inventory.until(() => inventory.files.has(made));
  file(join(outside, 'tree/below/tool'), 0o755);
  for (const folder of ['tree/below', 'tree']) utimesSync(join(outside, folder), 1e9, 1e9);
  renameSync(join(outside, 'tree'), join(root, 'share/doc/one/tree'));
  const moved = join(root, 'share/doc/one/tree/below/tool');
  await inventory.until(() => inventory.files.has(moved));
  // Later, too: they are watched.
  const later = file('share/doc/one/tree/below/later', 0o755);
  await inventory.until(() => inventory.files.has(later));
});

test('another folder in the place of a quiet one is looked at to its ground', async () => {
  tree();
  const other = file(join(outside, 'doc/one/tool'), 0o755);
  for (const folder of ['doc/one', 'doc']) utimesSync(join(outside, folder), 1e9, 1e9);
  expect(other).toContain(outside);
  await sleep(OLD_ENOUGH_MS);
  await watching();
  rmSync(join(root, 'share/doc'), { recursive: true });
  renameSync(join(outside, 'doc'), join(root, 'share/doc'));
  await inventory.until(() => inventory.files.has(join(root, 'share/doc/one/tool')));
});

test('what no look can see is found by the next full scan', async () => {
  tree();
  await sleep(OLD_ENOUGH_MS);
  await watching({ rescanMs: 1500 });
  const text = join(root, 'share/doc/one/text');
  chmodSync(text, 0o755);
  await inventory.until(() => inventory.files.has(text));
});

test('a folder whose programs have gone is quiet after the next full scan', async () => {
  tree();
  const made = await watching({ rescanMs: 1000, quietLookMs: 60_000 });
  rmSync(join(root, 'app/lib/tool'));
  await inventory.until(() => inventory.files.size === 0);
  const endMs = Date.now() + 5000;
  while (made.status().watchedFolders > 3 && Date.now() < endMs) await sleep(50);
  const { watchedFolders, quietFolders } = made.status();
  expect([watchedFolders, quietFolders]).toEqual([3, 4]);
});

test('when watches run out, folders are named as skipped and what comes into them is found by looking', async () => {
  tree();
  const made = await watching({ maxWatches: 2 });
  expect(made.status()).toMatchObject({ watchedFolders: 2, skipped: { 'watch-limit': 2 } });
  const tool = file('app/lib/another', 0o755);
  await inventory.until(() => inventory.files.has(tool));
});
