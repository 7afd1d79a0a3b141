/** What finding goes on with while hashing has more than it may do, or rests. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { realClock } from '../clock/real-clock.ts';
import { ExecutableFinder } from './executable-finder.ts';
import { FakeInventory } from './fake-inventory.ts';
import type { FinderOptions } from './finder-options.ts';

const MANY = 300;
const pressure = { cpu: 0, storage: 0, memory: 0 };

let root: string;
let inventory: FakeInventory;
let finder: ExecutableFinder;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'waits-')));
  inventory = new FakeInventory();
});
afterEach(async () => {
  await finder.close();
  rmSync(root, { recursive: true });
});

function script(path: string, body = path): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return full;
}

async function watching(
  hasher: NonNullable<FinderOptions['hasher']>,
  more: Partial<FinderOptions> = {},
): Promise<void> {
  finder = new ExecutableFinder({
    ...{ clock: realClock(), sink: inventory, known: inventory, rootPaths: [root] },
    ...{ settleMs: 100, quietLookMs: 1_000, hasher, ...more },
  });
  await finder.start();
}

test('what goes is seen while more is to be hashed than is hashed at a time', async () => {
  const known = script('bin/known');
  // Some seconds for each file: beside them nothing is hashed any more.
  await watching({ bytesPerSecond: 100_000 });
  const body = 'x'.repeat(500_000);
  for (let number = 0; number < MANY; number++) script(`bin/new-${number}`, body);
  for (let number = 0; number < MANY; number++) script(`bin/new-folder/${number}`, body);
  await inventory.until(() => finder.status().settling > 0 && finder.status().hashing.queued >= 100, 10_000);
  rmSync(known);
  rmSync(join(root, 'bin/new-folder'), { recursive: true });
  await inventory.until(() => !inventory.files.has(known), 5_000);
});

test('at rest: what goes is seen, new programs are counted as put off, and found when it works', async () => {
  for (const path of ['bin/known', 'bin/folder/known']) script(path);
  await watching({});
  await finder.close();
  let onBattery = true;
  for (let number = 0; number < MANY; number++) script(`bin/while-off-${number}`);
  // The scan ends, and what came after it is put off too.
  const machine = () => ({ onBattery, pressure, loadPerCore: 0 });
  await watching({ machine }, { wasScanned: () => true });
  for (let number = 0; number < MANY; number++) script(`bin/new-folder/${number}`);
  await vi.waitFor(
    () =>
      expect(finder.status()).toMatchObject({
        ...{ putOff: 2 * MANY, settling: 0 },
        hashing: { queued: 0, rests: 'battery', filesHashed: 0 },
      }),
    10_000,
  );
  for (const path of ['bin/known', 'bin/folder']) rmSync(join(root, path), { recursive: true });
  await inventory.until(() => inventory.files.size === 0, 5_000);
  onBattery = false;
  await inventory.until(() => inventory.files.size === 2 * MANY, 20_000);
  expect(finder.status().putOff).toBe(0);
});

test('after the first scan nothing waits for the end of a rest: folder after folder is walked', async () => {
  let onBattery = false;
  const machine = () => ({ onBattery, pressure, loadPerCore: 0 });
  await watching({ machine }, { smallTreeEntries: 0 });
  onBattery = true;
  for (let number = 0; number < 4; number++) {
    script(`new-${number}/program`);
    await vi.waitFor(() => expect(finder.status().putOff).toBe(number + 1), 5_000);
  }
  expect(finder.status().hashing.queued).toBe(0);
});

test('a first scan that was broken off is a first scan still', async () => {
  for (let number = 0; number < 3; number++) script(`bin/${number}`);
  await watching({});
  await finder.close();
  script('bin/other');
  let onBattery = true;
  const machine = () => ({ onBattery, pressure, loadPerCore: 0 });
  const scanned = watching({ machine }, { wasScanned: () => false });
  await vi.waitFor(
    () => expect(finder.status().hashing).toMatchObject({ queued: 1, rests: 'battery' }),
    10_000,
  );
  expect(finder.status().lastScan).toBeUndefined();
  onBattery = false;
  await scanned;
  expect(inventory.files.size).toBe(4);
});

test('the first scan waits for the end of the rest: nothing found is not the same as nothing there', async () => {
  for (let number = 0; number < 3; number++) script(`bin/${number}`);
  let onBattery = true;
  const scanned = watching({ machine: () => ({ onBattery, pressure, loadPerCore: 0 }) });
  await vi.waitFor(
    () => expect(finder.status().hashing).toMatchObject({ queued: 3, rests: 'battery' }),
    10_000,
  );
  expect(finder.status().lastScan).toBeUndefined();
  onBattery = false;
  await scanned;
  expect(inventory.files.size).toBe(3);
});
