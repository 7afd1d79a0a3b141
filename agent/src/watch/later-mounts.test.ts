/** File systems that are mounted after finding began, over what is searched. Needs the right to mount, and skips without. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realClock } from '../clock/real-clock.ts';
import { ExecutableFinder } from './executable-finder.ts';
import { FakeInventory } from './fake-inventory.ts';
import type { FinderOptions } from './finder-options.ts';

/** Finding stays off it as off a file server, and everybody has it. */
const STAYED_OFF = 'ramfs';
const SEVERAL_LOOKS_MS = 1_500;

let root: string;
let inventory: FakeInventory;
let finding: ExecutableFinder | undefined;
let mounted: string[] = [];
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'mounts-')));
  inventory = new FakeInventory();
});
afterEach(async () => {
  await finding?.close();
  for (const folder of mounted) execFileSync('umount', [folder]);
  mounted = [];
  rmSync(root, { recursive: true });
});

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'mounts-tried-'));
  const can = spawnSync('mount', ['-t', STAYED_OFF, 'none', folder]).status === 0;
  if (can) execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return can;
}

function program(path: string): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, `#!/bin/sh\n# ${path}\n`, { mode: 0o755 });
  return full;
}

function mountOver(path: string): void {
  const folder = join(root, path);
  execFileSync('mount', ['-t', STAYED_OFF, 'none', folder]);
  mounted.push(folder);
}

async function watching(rootPath: string, options: Partial<FinderOptions>): Promise<ExecutableFinder> {
  const made = new ExecutableFinder({
    ...{ clock: realClock(), sink: inventory, known: inventory },
    rootPaths: [join(root, rootPath)],
    settleMs: 50,
    ...options,
  });
  finding = made;
  await made.start();
  return made;
}

test.skipIf(!canMount())('a root that something is mounted over is not searched any more', async () => {
  const tool = program('srv/tool');
  const { status } = await watching('srv', { rescanMs: 300 }).then((made) => ({
    status: () => made.status(),
  }));
  expect([...inventory.files.keys()]).toEqual([tool]);
  mountOver('srv');
  program('srv/of-the-server');
  await sleep(SEVERAL_LOOKS_MS);
  expect([...inventory.files.keys()]).toEqual([]);
  expect(status().skipped).toEqual({ 'excluded-file-system': 1 });
  execFileSync('umount', mounted.splice(0));
  await sleep(SEVERAL_LOOKS_MS);
  expect([...inventory.files.keys()]).toEqual([tool]);
  expect(status().skipped).toEqual({});
});

test.skipIf(!canMount())(
  'a folder that nobody watched is not searched when something is mounted over it',
  async () => {
    const tool = program('tool');
    mkdirSync(join(root, 'share/docs/inner'), { recursive: true });
    // What was made just now is watched for a while.
    await sleep(2_500);
    const made = await watching('.', { smallTreeEntries: -1, quietLookMs: 300 });
    expect(made.status().quietFolders).toBeGreaterThan(0);
    mountOver('share/docs/inner');
    program('share/docs/inner/of-the-server');
    await sleep(SEVERAL_LOOKS_MS);
    expect([...inventory.files.keys()]).toEqual([tool]);
  },
);

test.skipIf(!canMount())(
  'what is mounted a second time is listed once, at the latest after the next full scan',
  async () => {
    const tool = program('usr/tools/tool');
    const folder = join(root, 'opt/chroot/usr');
    mkdirSync(folder, { recursive: true });
    await sleep(2_500);
    await watching('.', { smallTreeEntries: -1, quietLookMs: 300, rescanMs: 2_500 });
    execFileSync('mount', ['--bind', join(root, 'usr'), folder]);
    mounted.push(folder);
    await expect
      .poll(() => [...inventory.files.keys()].sort(), { timeout: 10_000 })
      .toEqual([join(folder, 'tools/tool'), tool]);
    await expect.poll(() => [...inventory.files.keys()], { timeout: 10_000 }).toHaveLength(1);
    await sleep(SEVERAL_LOOKS_MS);
    expect([...inventory.files.keys()]).toHaveLength(1);
  },
  30_000,
);
