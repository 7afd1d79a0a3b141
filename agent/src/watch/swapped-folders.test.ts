/**
 * Somebody swaps a folder for a link to another one between the walk and what follows it. Nothing is told of what lies
 * behind the link under the path of what lay there before: no content, no names, not even of a file that is known from
 * elsewhere and so need not be read again. 40 scans in a usual run, 1,000 with FLEETMETER_TEST_FULL=1.
 */

import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realClock } from '../clock/real-clock.ts';
import { EnclosingBundles } from '../evidence/bundle/enclosing-bundles.ts';
import { ExecutableFinder } from './executable-finder.ts';
import { FakeInventory } from './fake-inventory.ts';
import { identityOf } from './file-identity.ts';
import { isStillAt } from './file-in-place.linux.ts';

const FULL = process.env.FLEETMETER_TEST_FULL === '1';
const SCANS = FULL ? 1_000 : 40;

let folder: string;
let root: string;
/** Ends whoever swaps or scans still: a test that ran out of time goes on by itself, and its folders must not go before it. */
let stop: (() => Promise<unknown>) | undefined;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'swapped-')));
  root = join(folder, 'root');
  for (const [path, body] of [
    ['root/inner', 'inner'],
    ['root/known', 'known'],
    ['outside', 'secret'],
  ] as const) {
    mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, path, 'tool'), `#!/bin/sh\n# ${body}\n`, { mode: 0o755 });
  }
});
afterEach(async () => {
  await stop?.();
  stop = undefined;
  rmSync(folder, { recursive: true });
});

const inner = (): string => join(root, 'inner');
const aside = (): string => join(folder, 'aside');
function swapFor(target: string): void {
  renameSync(inner(), aside());
  symlinkSync(target, inner());
}
function swapBack(): void {
  unlinkSync(inner());
  renameSync(aside(), inner());
}
const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

test.skipIf(process.platform !== 'linux')('a file behind a swapped folder is not at its path', async () => {
  const path = join(inner(), 'tool');
  const known = identityOf(lstatSync(join(root, 'known/tool'), { bigint: true }));
  expect(await isStillAt(join(root, 'known/tool'), known)).toBe(true);
  expect(await isStillAt(path, known), 'another file').toBe(false);
  expect(await isStillAt(join(root, 'nothing'), known)).toBe(false);
  swapFor(join(root, 'known'));
  expect(await isStillAt(path, known), 'the same file by another way').toBe(false);
  symlinkSync('tool', join(root, 'known/link'));
  expect(await isStillAt(join(root, 'known/link'), known), 'a link itself').toBe(false);
});

test('a file that is known from elsewhere is not listed at the path of the folder that was swapped', {
  timeout: FULL ? 1_200_000 : 30_000,
}, async () => {
  const inventory = new FakeInventory();
  const finder = new ExecutableFinder({
    ...{ clock: realClock(), sink: inventory, known: inventory, rootPaths: [root], settleMs: 0 },
  });
  await finder.scanOnce();
  const own = hashOf(join(inner(), 'tool'));
  const secret = hashOf(join(folder, 'outside/tool'));
  let swapping = true;
  let swaps = 0;
  const swapper = (async () => {
    while (swapping) {
      swapFor(join(swaps++ % 2 === 0 ? root : folder, swaps % 2 === 1 ? 'known' : 'outside'));
      await nextTurn();
      swapBack();
      await nextTurn();
    }
  })();
  stop = async () => {
    swapping = false;
    await Promise.all([swapper, finder.close()]);
  };
  let scans = 0;
  for (; scans < SCANS && swapping; scans++) await finder.scanOnce();
  await stop();
  console.log('scans', scans, 'swaps', swaps);
  const told = inventory.told.map(({ path, evidence }) => ({
    path,
    hash: Buffer.from(evidence.sha256).toString('hex'),
  }));
  expect(told.filter(({ hash }) => hash === secret)).toEqual([]);
  expect(told.filter(({ path, hash }) => path === join(inner(), 'tool') && hash !== own)).toEqual([]);
  expect(swaps).toBeGreaterThan(SCANS);
});

test.skipIf(process.platform !== 'linux')('no bundle lends its names through a swapped folder', async () => {
  const plist = (name: string): string =>
    `<plist><dict><key>CFBundleName</key><string>${name}</string></dict></plist>`;
  for (const place of ['root/inner', 'outside']) {
    mkdirSync(join(folder, place, 'A.app/Contents/MacOS'), { recursive: true });
    writeFileSync(join(folder, place, 'A.app/Contents/Info.plist'), plist(place));
  }
  const program = join(inner(), 'A.app/Contents/MacOS/a');
  expect(await new EnclosingBundles().around(program)).toEqual({ name: 'root/inner' });
  swapFor(join(folder, 'outside'));
  expect(await new EnclosingBundles().around(program)).toBe('failed');
});
