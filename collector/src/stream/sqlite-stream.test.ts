import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { everything, keepsTheContract, record } from './fixtures/stream-contract.ts';
import { openSqliteStream, type SqliteStreamOptions } from './sqlite-stream.ts';
import { type Stream, StreamFullError } from './stream.ts';

let folder: string;
const open: Stream[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-stream-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((stream) => stream.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function openStream(options: Partial<SqliteStreamOptions> = {}): Promise<Stream> {
  const stream = await openSqliteStream({ folder, minFreeBytes: 0, ...options });
  open.push(stream);
  return stream;
}

describe('the embedded stream', () => keepsTheContract(openStream));

test('a long read comes whole, and reports are made durable while it lasts', async () => {
  const stream = await openStream();
  const mib = 1 << 20;
  await Promise.all(Array.from({ length: 20 }, (_, index) => stream.append(record(index, mib / 2))));
  const order: string[] = [];
  const read = stream.read(0, { maxRecords: 1000, maxBytes: 64 * mib }).then((range) => {
    order.push('read');
    return range;
  });
  const appended = stream.append(record(21, 100)).then(() => order.push('appended'));
  const range = await read;
  await appended;
  expect(range.records.map(({ offset }) => offset)).toEqual(
    Array.from({ length: range.through }, (_, i) => i + 1),
  );
  expect(range.through).toBeGreaterThanOrEqual(20);
  expect(order).toEqual(['appended', 'read']);
});

test('appends that arrive while a commit runs share the next commit', async () => {
  const stream = await openStream();
  const heads: number[] = [];
  stream.onAppend((head) => heads.push(head));
  await Promise.all(Array.from({ length: 200 }, (_, index) => stream.append(record(index))));
  expect(heads.at(-1)).toBe(200);
  expect(heads.length).toBeLessThan(5);
});

test('trimming drops whole segments and offsets are never given out again', async () => {
  const stream = await openStream({ segmentRecords: 10 });
  for (let number = 1; number <= 35; number++) await stream.append(record(number));
  await stream.trim(25);
  expect((await stream.read(0, everything)).records[0]?.offset).toBe(21);
  await stream.trim(35);
  expect(await stream.stats()).toMatchObject({ head: 35, records: 0, bytes: 0 });
  await stream.close();
  const again = await openStream({ segmentRecords: 10 });
  expect((await again.stats()).head).toBe(35);
  expect(await again.append(record(36))).toBe(36);
  expect((await again.read(0, everything)).records.map((found) => found.offset)).toEqual([36]);
});

test('a few processed records do not cost a new file each time they are trimmed', async () => {
  const stream = await openStream();
  await stream.append(record(1));
  await stream.trim(1);
  expect((await stream.stats()).records).toBe(1);
});

test('a reader ahead of the files, as after a damaged log, never meets an offset it has passed', async () => {
  const stream = await openStream({ notBefore: 500 });
  expect(await stream.append(record(1))).toBe(501);
  expect((await stream.read(500, everything)).records.length).toBe(1);
});

test('a full disk rejects exactly the append that did not fit, and space lets the next one in', async () => {
  const stream = await openStream({ maxPages: 64, segmentRecords: 64 });
  const stored: number[] = [];
  await expect(
    (async () => {
      for (let number = 1; number < 100; number++) {
        await stream.append(record(number, 10_000));
        stored.push(number);
      }
    })(),
  ).rejects.toBeInstanceOf(StreamFullError);
  expect((await stream.read(0, everything)).records.map((found) => found.offset)).toEqual(stored);
  await expect(stream.append(record(1, 10_000))).rejects.toBeInstanceOf(StreamFullError);
  await stream.trim(stored.length);
  const next = await stream.append(record(7, 10_000));
  expect(next).toBe(stored.length + 1);
  expect((await stream.read(stored.length, everything)).records.map((found) => found.offset)).toEqual([next]);
});

test('the configured maximum and the free-disk watermark refuse with StreamFullError', async () => {
  const small = await openStream({ maxBytes: 250 });
  await small.append(record(1));
  await small.append(record(2));
  await expect(small.append(record(3))).rejects.toBeInstanceOf(StreamFullError);
  expect((await small.stats()).records).toBe(2);
  await small.close();
  const crowded = await openStream({ minFreeBytes: 2 ** 60 });
  await expect(crowded.append(record(3))).rejects.toBeInstanceOf(StreamFullError);
});

test('the queue in front of the disk is bounded by records and by bytes', async () => {
  const stream = await openStream({ queueRecords: 10, queueBytes: 5000 });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) => stream.append(record(index))),
  );
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refused.length).toBeGreaterThan(20);
  for (const outcome of refused) expect(outcome.reason).toBeInstanceOf(StreamFullError);
  expect((await stream.stats()).records).toBe(40 - refused.length);
});

test('close waits for what was taken and refuses what comes later', async () => {
  const stream = await openStream();
  const taken = stream.append(record(1));
  await stream.close();
  expect(await taken).toBe(1);
  await expect(stream.append(record(2))).rejects.toThrow('closed');
});

test('a reader is not held up by a queue of appends', async () => {
  const stream = await openStream();
  await stream.append(record(0));
  const appends = Array.from({ length: 3000 }, (_, index) => stream.append(record(index, 4000)));
  const began = performance.now();
  await stream.read(0, { maxRecords: 1, maxBytes: 10 });
  const waited = performance.now() - began;
  await Promise.all(appends);
  expect(waited).toBeLessThan(500);
});

test('kill -9 while appending: every acknowledged record is there, and at most the last batch besides', async () => {
  for (let round = 0; round < 4; round++) {
    const acked = await appendUntilKilled(folder, 60 + round * 40);
    const stream = await openStream();
    const { head } = await stream.stats();
    const offsets = new Set<number>();
    for (let at = 0; at < head; ) {
      const range = await stream.read(at, everything);
      for (const found of range.records) offsets.add(found.offset);
      expect(range.unreadable).toBe(0);
      at = range.through;
    }
    expect(acked.length).toBeGreaterThan(0);
    expect(acked.filter((offset) => !offsets.has(offset))).toEqual([]);
    await stream.close();
  }
}, 30_000);

/** Runs a process that appends without end, kills it, and returns what it said was stored. */
function appendUntilKilled(into: string, milliseconds: number): Promise<number[]> {
  const program = fileURLToPath(new URL('./fixtures/append-without-end.ts', import.meta.url));
  const child = spawn(process.execPath, [program, into], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acked: number[] = [];
  return new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (acked.length === 0) setTimeout(() => child.kill('SIGKILL'), milliseconds);
      acked.push(Number(line));
    });
    child.once('close', () => resolve(acked));
  });
}
