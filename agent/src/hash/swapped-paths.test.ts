/**
 * Somebody swaps what is at a path all the time, to have the agent read what it must not, or tell of a content that never was
 * there. 5,000 swaps in a usual run, 100,000 with FLEETMETER_TEST_FULL=1.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileHasher } from './file-hasher.ts';
import { bodyOf } from './fixtures/swapped-bodies.ts';

const FULL = process.env.FLEETMETER_TEST_FULL === '1';
const SWAPS = FULL ? 100_000 : 5_000;
const SECRET = '#!/bin/sh\n# nobody may tell of this\n';
const sha256 = (body: string): string => createHash('sha256').update(body).digest('hex');

let folder: string;
let hasher: FileHasher;
/** A test that ran out of time leaves it at work, and its folder must not go before it. */
let swapper: Worker | undefined;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'swapped-')));
  hasher = new FileHasher();
  for (const name of ['outside', 'inner']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'outside/secret'), SECRET, { mode: 0o755 });
  writeFileSync(join(folder, 'inner/secret'), bodyOf('secret-named', 0), { mode: 0o755 });
  writeFileSync(join(folder, 'file'), bodyOf('file', 0), { mode: 0o755 });
  writeFileSync(join(folder, 'edited'), bodyOf('edited', 0), { mode: 0o755 });
  execFileSync('mkfifo', ['-m', '755', join(folder, 'fifo')]);
});
afterEach(async () => {
  await swapper?.terminate();
  await hasher.close();
  rmSync(folder, { recursive: true });
});

/** Hashes the paths again and again while `swaps` swaps are made: path to outcome to how often. */
async function hashWhileSwapped(
  swaps: number,
  followLink: boolean,
): Promise<Map<string, Map<string, number>>> {
  const seen = new Map(['file', 'inner/secret', 'edited'].map((path) => [path, new Map<string, number>()]));
  const worker = new Worker(new URL('./fixtures/swapping-worker.ts', import.meta.url), {
    workerData: { folder, swaps },
    execArgv: [],
  });
  swapper = worker;
  let swapping = true;
  const ended = new Promise<void>((resolve, reject) => {
    worker.on('message', () => resolve());
    worker.on('error', reject);
    // Also when it is ended from outside, without a message: whoever hashes beside it must come to an end.
    worker.on('exit', () => resolve());
  }).finally(() => {
    swapping = false;
  });
  const watch = async (path: string, outcomes: Map<string, number>): Promise<void> => {
    while (swapping) {
      const outcome = await hasher.hash(join(folder, path), { followLink });
      const name =
        outcome.kind === 'hashed'
          ? Buffer.from(outcome.content.sha256).toString('hex')
          : outcome.kind === 'skipped'
            ? outcome.reason
            : outcome.kind;
      outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
    }
  };
  await Promise.all([ended, ...[...seen].map(([path, outcomes]) => watch(path, outcomes))]);
  await worker.terminate();
  return seen;
}

const hashes = (outcomes: Map<string, number> | undefined): string[] =>
  [...(outcomes?.keys() ?? [])].filter((name) => /^[0-9a-f]{64}$/.test(name));

/** Hashes together, since each of many swaps has another one. */
function outcomeCounts([path, outcomes]: [string, Map<string, number>]): [string, Record<string, number>] {
  const counts: Record<string, number> = { hashed: 0, contents: hashes(outcomes).length };
  for (const [name, count] of outcomes) {
    const kind = /^[0-9a-f]{64}$/.test(name) ? 'hashed' : name;
    counts[kind] = (counts[kind] ?? 0) + count;
  }
  return [path, counts];
}

test('no content is told of that was never at the path, and nothing behind a link', {
  timeout: FULL ? 3_600_000 : 120_000,
}, async () => {
  const seen = await hashWhileSwapped(SWAPS, false);
  const numbers = Array.from({ length: SWAPS }, (_, number) => number);
  const real: Record<string, Set<string>> = {
    file: new Set(
      numbers.filter((number) => number % 5 === 4 || number === 0).map((n) => sha256(bodyOf('file', n))),
    ),
    'inner/secret': new Set(
      numbers
        .filter((number) => number % 5 === 3 || number === 0)
        .map((n) => sha256(bodyOf('secret-named', n))),
    ),
    edited: new Set([0, 1].map((number) => sha256(bodyOf('edited', number)))),
  };
  for (const [path, outcomes] of seen) {
    const never = hashes(outcomes).filter((hash) => !real[path]?.has(hash));
    expect([path, never]).toEqual([path, []]);
    expect(hashes(outcomes).length, `${path} was hashed`).toBeGreaterThan(0);
  }
  console.log('swaps', SWAPS, 'outcomes', JSON.stringify(Object.fromEntries([...seen].map(outcomeCounts))));
  const reasons = new Set([...seen.values()].flatMap((outcomes) => [...outcomes.keys()]));
  expect(reasons.has(sha256(SECRET))).toBe(false);
  // The race was one: links and files that had gone were met.
  expect([...reasons].filter((name) => !/^[0-9a-f]{64}$/.test(name)).sort()).toEqual(
    expect.arrayContaining(['changed-while-hashing', 'not-regular']),
  );
});

test('who follows links does tell of the secret: the swaps are fast enough to catch one who does not look', {
  timeout: 60_000,
}, async () => {
  const seen = await hashWhileSwapped(2_000, true);
  const told = new Set([...seen.values()].flatMap((outcomes) => [...outcomes.keys()]));
  expect(told.has(sha256(SECRET))).toBe(true);
});
