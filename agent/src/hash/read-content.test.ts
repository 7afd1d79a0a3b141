/** What a file must not do while it is read, done at the exact moment: the test writes where the reader waits. */

import { createHash } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ReadControls, type ReadOutcome, readContent } from './read-content.ts';

/** Four reads. */
const BODY = `#!/bin/sh\n${'x'.repeat(900_000)}\n`;
const CHANGED = { kind: 'skipped', reason: 'changed-while-hashing' };
let folder: string;
let path: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'read-')));
  path = join(folder, 'tool');
  writeFileSync(path, BODY, { mode: 0o755 });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Reads long after the last change, unless a test says otherwise. `onChunk`: after each read, counted from 1. */
function read(
  onChunk: (chunk: number) => void = () => {},
  controls: Partial<ReadControls> = {},
): ReadOutcome {
  let chunk = 0;
  return readContent(path, false, {
    limits: { maxFileBytes: 1e9, maxFileMs: 60_000 },
    afterChunk: () => {
      onChunk(++chunk);
      return 'go on';
    },
    busyMs: () => 0,
    waitMs: () => expect.unreachable('it has come to rest'),
    wallMs: () => Date.now() + 60_000,
    ...controls,
  });
}

function overwrite(letter: string): void {
  const descriptor = openSync(path, 'r+');
  writeSync(descriptor, letter, 20);
  closeSync(descriptor);
}

const sha256 = (outcome: ReadOutcome): string | undefined =>
  outcome.kind === 'hashed' ? Buffer.from(outcome.content.sha256).toString('hex') : outcome.kind;
const sha256OfFile = (): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const changedMs = (): number => Number(lstatSync(path, { bigint: true }).ctimeNs / 1_000_000n);

test('a file that nobody touches is hashed', () => {
  expect(sha256(read())).toBe(sha256OfFile());
});

test.each([1, 2, 3])('a file that grows after read %s has no hash', (when) => {
  expect(read((chunk) => chunk === when && appendFileSync(path, 'more'))).toEqual(CHANGED);
});

test('a file that grows as fast as it is read ends at the size that it had', () => {
  let reads = 0;
  const outcome = read((chunk) => {
    reads = chunk;
    appendFileSync(path, Buffer.alloc(300_000));
  });
  expect(outcome).toEqual(CHANGED);
  expect(reads).toBeLessThanOrEqual(4);
});

test.each([0, 9, 300_000, 900_010])(
  'a file that shrinks to %s bytes while it is read has no hash',
  (size) => {
    expect(read((chunk) => chunk === 1 && truncateSync(path, size))).toEqual(CHANGED);
  },
);

test('a file that shrinks and grows back to its size has no hash', () => {
  const outcome = read((chunk) => {
    if (chunk !== 2) return;
    truncateSync(path, 100);
    writeFileSync(path, BODY);
  });
  expect(outcome).toEqual(CHANGED);
});

test('a file that another one replaces while it is read has no hash', () => {
  writeFileSync(join(folder, 'next'), BODY.replace('x', 'y'), { mode: 0o755 });
  expect(read((chunk) => chunk === 1 && renameSync(join(folder, 'next'), path))).toEqual(CHANGED);
});

test('a file that changed less than a clock tick ago is looked at again, and a write within that tick is in its hash', () => {
  const waits: number[] = [];
  const wallMs = changedMs() + 5;
  const outcome = read(undefined, {
    wallMs: () => wallMs,
    // This write may well have the very times of the one before it.
    waitMs: (ms) => {
      waits.push(ms);
      overwrite('y');
    },
  });
  expect(waits).toEqual([15]);
  expect(sha256(outcome)).toBe(sha256OfFile());
  expect(outcome).toMatchObject({
    content: { identity: { ctimeNs: String(lstatSync(path, { bigint: true }).ctimeNs) } },
  });
});

test('one that changed a clock tick ago, or by its times in the future, is read at once', () => {
  for (const ageMs of [20, -1000]) {
    const wallMs = changedMs() + ageMs;
    expect(read(undefined, { wallMs: () => wallMs }).kind).toBe('hashed');
  }
});

test('after that tick every write shows in the times of the file', () => {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let round = 0; round < 30; round++) {
    overwrite('a');
    const outcome = read((chunk) => chunk === 1 && overwrite(round % 2 === 0 ? 'b' : 'a'), {
      wallMs: Date.now,
      waitMs: (ms) => void Atomics.wait(never, 0, 0, ms),
    });
    expect(outcome).toEqual(CHANGED);
  }
});
