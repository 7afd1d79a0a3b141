/** When folders are scanned again because something may have been missed. */
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Clock } from '../clock/clock.ts';
import { realClock } from '../clock/real-clock.ts';
import { ExecutableFinder } from './executable-finder.ts';
import { FakeInventory } from './fake-inventory.ts';
import type { FinderOptions } from './finder-options.ts';
import type { FoundFile } from './found-file.ts';

let root: string;
let inventory: FakeInventory;
let finding: ExecutableFinder | undefined;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'doubt-')));
  inventory = new FakeInventory();
});
afterEach(async () => {
  await finding?.close();
  rmSync(root, { recursive: true });
});

function program(path: string, content = 'true'): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, `#!/bin/sh\n${content}\n`, { mode: 0o755 });
  return full;
}

function finder(options: Partial<FinderOptions>): ExecutableFinder {
  finding = new ExecutableFinder({
    ...{ clock: realClock(), sink: inventory, known: inventory },
    rootPaths: [root],
    settleMs: 50,
    ...options,
  });
  return finding;
}

test('a failure during the first scan has everything scanned again a minute later, not an hour', async () => {
  for (const name of ['a', 'b', 'c']) program(name);
  await sleep(80);
  const real = realClock();
  const planned: { ms: number; signal: AbortSignal | undefined }[] = [];
  const clock: Clock = {
    ...real,
    sleep: (ms, signal) => {
      if (ms > 1_000) planned.push({ ms, signal });
      return real.sleep(ms, signal);
    },
  };
  const sink = {
    found: (file: FoundFile): void => {
      if (file.path.endsWith('/b')) throw new Error('disk full');
      inventory.found(file);
    },
    gone: (path: string) => inventory.gone(path),
    skipped: inventory.skipped.bind(inventory),
    passBegins: () => inventory.passBegins(),
  };
  await finder({ clock, sink, quietLookMs: 1_000 }).start();
  const open = planned.filter(({ signal }) => !signal?.aborted).map(({ ms }) => Math.round(ms / 1_000));
  expect(open).toEqual([60]);
});

test('a folder that was made during a full scan is watched when it has ended', async () => {
  for (let at = 0; at < 12; at++) program(`old-${at}/tool`, 'x'.repeat(60_000) + at);
  await sleep(80);
  const started = finder({ hasher: { bytesPerSecond: 400_000 }, smallTreeEntries: -1 }).start();
  await sleep(250);
  const tool = program('new/tool', 'one');
  await started;
  const before = inventory.files.get(tool)?.evidence.sha256;
  expect(before, 'the scan was over before the folder was noticed').toBeDefined();
  const other = program('new/another', 'two');
  renameSync(program('new/next', 'three'), tool);
  await sleep(1_500);
  expect(inventory.files.has(other)).toBe(true);
  expect(inventory.files.get(tool)?.evidence.sha256).not.toEqual(before);
});
