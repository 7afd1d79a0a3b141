/** More events than the kernel's queue has room for, while nobody reads it: what came last was told to nobody. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { realClock } from '../clock/real-clock.ts';
import { EventBurst } from './event-burst.ts';
import { ExecutableFinder } from './executable-finder.ts';
import { FakeInventory } from './fake-inventory.ts';
import { eventQueueLength } from './inotify-limits.linux.ts';

let root: string;
let finder: ExecutableFinder | undefined;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'burst-')));
});
afterEach(async () => {
  await finder?.close();
  finder = undefined;
  rmSync(root, { recursive: true });
});

function program(path: string): string {
  const full = join(root, path);
  writeFileSync(full, `#!/bin/sh\n# ${path}\n`, { mode: 0o755 });
  return full;
}

test.skipIf(process.platform !== 'linux')(
  'a program whose event was dropped is found within a minute or so all the same',
  async () => {
    for (const folder of ['busy', 'tools']) mkdirSync(join(root, folder));
    const known = [program('busy/one'), program('tools/two')];
    const inventory = new FakeInventory();
    finder = new ExecutableFinder({
      ...{ clock: realClock(), sink: inventory, known: inventory, settleMs: 50 },
      ...{ rootPaths: [root], smallTreeEntries: -1 },
    });
    await finder.start();
    expect([...inventory.files.keys()].sort()).toEqual(known);

    // In one turn: each is at least two events of its folder.
    for (let number = 0; number < eventQueueLength(); number++)
      writeFileSync(join(root, 'busy', `${number % 500}`), `${number}`);
    const late = program('tools/late');
    await expect.poll(() => inventory.files.has(late), { timeout: 100_000, interval: 200 }).toBe(true);
    expect(finder.status().eventBursts).toBeGreaterThan(0);
  },
  120_000,
);

test('half a queue in one turn is a burst, and as many in several turns are none', async () => {
  const onBurst = vi.fn();
  const burst = new EventBurst(100, onBurst);
  for (let turn = 0; turn < 10; turn++) {
    for (let event = 0; event < 49; event++) burst.count();
    await nextTurn();
  }
  expect(onBurst).not.toHaveBeenCalled();
  for (let event = 0; event < 50; event++) burst.count();
  await nextTurn();
  expect(onBurst).toHaveBeenCalledOnce();
});
