import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SegmentLog, type SegmentLogOptions } from './segment-log.ts';
import type { NewStreamRecord } from './stream.ts';
import { STREAM_LIMITS } from './stream-room.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-segments-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const options = (chosen: Partial<SegmentLogOptions> = {}): SegmentLogOptions => ({
  folder,
  segmentRecords: 100,
  segmentBytes: 1 << 20,
  ...STREAM_LIMITS,
  minFreeBytes: 0,
  ...chosen,
});
const envelopeOf = (number: number) => Buffer.alloc(700, `record ${number} `);
const record = (number: number): NewStreamRecord => ({
  kind: 'report',
  deviceId: '00000000000000ab',
  receivedAt: number,
  envelope: envelopeOf(number),
});
const everything = { maxRecords: 100_000, maxBytes: 1 << 30 };

/** All sound records, and how many were unreadable; what is unreadable is marked. Fails when a record differs from what was appended. */
function readAll(log: SegmentLog): { offsets: number[]; unreadable: number } {
  const offsets: number[] = [];
  let unreadable = 0;
  for (let at = 0; at < log.head; ) {
    const range = log.read(at, everything);
    for (const found of range.records.filter(({ damage }) => damage === undefined)) {
      expect(Buffer.from(found.envelope).equals(envelopeOf(found.receivedAt))).toBe(true);
      offsets.push(found.offset);
    }
    unreadable += range.unreadable;
    const marked = range.records.filter(({ damage }) => damage !== undefined);
    if (range.unreadable > 0) expect(marked.length).toBeGreaterThan(0);
    expect(marked.length).toBeLessThanOrEqual(Math.max(range.unreadable, 1));
    expect(range.through).toBeGreaterThan(at);
    at = range.through;
  }
  return { offsets, unreadable };
}

test('a backlog is counted over segments, in part of the one it begins in, and tells when its first was received', () => {
  filled(250);
  const log = new SegmentLog(options());
  expect(log.backlog(0)).toEqual({ records: 250, bytes: 250 * 700, oldestReceivedAt: 1 });
  expect(log.backlog(130)).toEqual({ records: 120, bytes: 120 * 700, oldestReceivedAt: 131 });
  expect(log.backlog(250)).toEqual({ records: 0, bytes: 0, oldestReceivedAt: undefined });
  log.close();
});

function filled(count: number, chosen: Partial<SegmentLogOptions> = {}): void {
  const log = new SegmentLog(options(chosen));
  for (let number = 1; number <= count; number++) log.append([record(number)]);
  log.close();
}

test('a commit that fails rejects its batch, stores none of it, and the next one is stored', () => {
  let failures = 2;
  const log = new SegmentLog(
    options({
      beforeCommit: () => {
        if (failures-- > 0) throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
      },
    }),
  );
  expect(() => log.append([record(1), record(2)])).toThrow('disk I/O error');
  expect(() => log.append([record(3)])).toThrow('disk I/O error');
  expect(log.append([record(4)])).toBe(1);
  expect(readAll(log)).toEqual({ offsets: [1], unreadable: 0 });
  log.close();
});

/** Damages a copy of the folder, opens it, and checks what must hold whatever was damaged. */
function afterDamage(damage: (copy: string) => void): { lost: number } {
  const copy = mkdtempSync(join(tmpdir(), 'fleetmeter-damaged-'));
  cpSync(folder, copy, { recursive: true });
  try {
    damage(copy);
    const log = new SegmentLog(options({ segmentRecords: 50, folder: copy }));
    const { offsets } = readAll(log);
    const lost = 150 - offsets.length;
    // The other segments are untouched, and of this one each record is either sound or counted.
    expect(offsets.filter((offset) => offset > 50).length).toBe(100);
    if (lost > 0) expect(log.stats().unreadable).toBe(lost);
    expect(log.append([record(151)])).toBe(151);
    log.close();
    return { lost };
  } finally {
    rmSync(copy, { recursive: true });
  }
}

test('flipped bytes cost the records they touch, are counted, and never pass as something else', () => {
  filled(150, { segmentRecords: 50 });
  const [first] = readdirSync(folder).sort();
  const size = statSync(join(folder, first as string)).size;
  const losses: number[] = [];
  for (let at = 0; at < size; at += 211) {
    losses.push(afterDamage((copy) => flipByte(join(copy, first as string), at)).lost);
  }
  losses.sort((a, b) => a - b);
  // A leaf page holds five of these records; only the header and the schema cost the whole segment.
  expect(losses[Math.floor(losses.length * 0.9)]).toBeLessThanOrEqual(6);
});

test('a truncated segment loses its tail only', () => {
  filled(150, { segmentRecords: 50 });
  const [first] = readdirSync(folder).sort();
  const size = statSync(join(folder, first as string)).size;
  for (const share of [0.3, 0.6, 0.9]) {
    afterDamage((copy) =>
      truncateSync(join(copy, first as string), Math.floor((size * share) / 4096) * 4096),
    );
  }
});

test('a file that is not a database is set aside and writing goes on beyond its offsets', () => {
  filled(10);
  const [only] = readdirSync(folder).sort();
  for (let at = 0; at < 100; at++) flipByte(join(folder, only as string), at);
  const log = new SegmentLog(options());
  expect(log.stats().unreadable).toBeGreaterThan(0);
  const offset = log.append([record(11)]);
  expect(offset).toBeGreaterThan(10);
  expect(readAll(log).offsets).toEqual([offset]);
  log.close();
  expect(readdirSync(folder).some((name) => name.endsWith('.damaged'))).toBe(true);
});

test('reading a damaged range again does not count it again', () => {
  filled(150, { segmentRecords: 50 });
  const [first] = readdirSync(folder).sort();
  flipByte(join(folder, first as string), 4096 * 3 + 2000);
  const log = new SegmentLog(options({ segmentRecords: 50 }));
  readAll(log);
  const { unreadable } = log.stats();
  readAll(log);
  expect(unreadable).toBeGreaterThan(0);
  expect(log.stats().unreadable).toBe(unreadable);
  log.close();
});

/** The folder as a process that is killed leaves it: the log is not in the file yet. */
function killedAfter(count: number): string {
  const log = new SegmentLog(options());
  for (let number = 1; number <= count; number++) log.append([record(number)]);
  const left = mkdtempSync(join(tmpdir(), 'fleetmeter-left-'));
  cpSync(folder, left, { recursive: true });
  log.close();
  return left;
}

test('flipped bytes of a log that is not in its file yet cost what they touch, and nothing that came later', () => {
  const count = 90;
  const left = killedAfter(count);
  const [file] = readdirSync(left).filter((name) => name.endsWith('-wal'));
  const size = statSync(join(left, file as string)).size;
  const losses: number[] = [];
  let salvaged = 0;
  for (let at = 5; at < size; at += 7_919) {
    const copy = mkdtempSync(join(tmpdir(), 'fleetmeter-damaged-'));
    cpSync(left, copy, { recursive: true });
    flipByte(join(copy, file as string), at);
    const log = new SegmentLog(options({ folder: copy }));
    const { offsets } = readAll(log);
    losses.push(count - offsets.length);
    salvaged += log.stats().salvaged;
    // Of those before the last that is there each is sound or counted.
    expect(log.stats().unreadable).toBe((offsets.at(-1) ?? 0) - offsets.length);
    expect(log.append([record(1000)])).toBeGreaterThan(offsets.at(-1) ?? 0);
    log.close();
    rmSync(copy, { recursive: true });
  }
  rmSync(left, { recursive: true });
  losses.sort((a, b) => a - b);
  console.log('records lost by one flipped byte of a log of', count, ':', losses.join(' '));
  expect(salvaged).toBeGreaterThan(count);
  expect(losses[Math.floor(losses.length * 0.9)]).toBeLessThanOrEqual(6);
});

test('a page of such a log that is damaged, its beginning too, costs what was in it', () => {
  const count = 90;
  const left = killedAfter(count);
  const file = readdirSync(left).find((name) => name.endsWith('-wal')) as string;
  const log = readFileSync(join(left, file));
  for (const damaged of [(byte: number) => byte ^ 0x5a, () => 0])
    for (const at of [0, 40, 4_120, 16_000, log.length - 4_096]) {
      const copy = mkdtempSync(join(tmpdir(), 'fleetmeter-damaged-'));
      cpSync(left, copy, { recursive: true });
      writeFileSync(
        join(copy, file),
        log.map((byte, index) => (index >= at && index < at + 4_096 ? damaged(byte) : byte)),
      );
      const opened = new SegmentLog(options({ folder: copy }));
      expect(count - readAll(opened).offsets.length, `from byte ${at}`).toBeLessThanOrEqual(9);
      opened.close();
      rmSync(copy, { recursive: true });
    }
  rmSync(left, { recursive: true });
});

test('a log whose end is cut off loses that end only', () => {
  const left = killedAfter(60);
  const [file] = readdirSync(left).filter((name) => name.endsWith('-wal'));
  truncateSync(join(left, file as string), statSync(join(left, file as string)).size - 5_000);
  const log = new SegmentLog(options({ folder: left }));
  const { offsets, unreadable } = readAll(log);
  expect(unreadable).toBe(0);
  expect(offsets.length).toBeGreaterThanOrEqual(58);
  log.close();
  rmSync(left, { recursive: true });
});

test('what a crash left of a removed segment, or of a salvage, is removed at the next start', () => {
  filled(3);
  for (const name of ['segment-0000000000000900.sqlite-wal', 'segment-0000000000000001.sqlite.salvage-wal'])
    writeFileSync(join(folder, name), 'left behind');
  const log = new SegmentLog(options());
  expect(readAll(log).offsets).toEqual([1, 2, 3]);
  log.close();
  expect(readdirSync(folder)).toEqual(['segment-0000000000000001.sqlite']);
});

function flipByte(path: string, at: number): void {
  const descriptor = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(descriptor, byte, 0, 1, at);
  writeSync(descriptor, Buffer.from([(byte[0] as number) ^ 0xff]), 0, 1, at);
  closeSync(descriptor);
}

test('trimming frees what it can when there is no room to begin the next segment', () => {
  const log = new SegmentLog(options({ segmentRecords: 10 }));
  for (let number = 1; number <= 25; number++) log.append([record(number)]);
  // A folder in the way of the next file stands for the disk that has no room for it.
  mkdirSync(join(folder, 'segment-0000000000000026.sqlite'));
  expect(() => log.trim(25)).toThrow();
  expect(log.stats().records).toBe(5);
  rmSync(join(folder, 'segment-0000000000000026.sqlite'), { recursive: true });
  log.trim(25);
  expect(log.stats().records).toBe(0);
  log.close();
});

test('what is acknowledged after the next segment could not be begun is there after a restart', () => {
  const log = new SegmentLog(options({ segmentRecords: 10 }));
  for (let number = 1; number <= 25; number++) log.append([record(number)]);
  const next = join(folder, 'segment-0000000000000026.sqlite');
  mkdirSync(next);
  expect(() => log.trim(25)).toThrow();
  rmSync(next, { recursive: true });
  // What a disk without room leaves of a file that was to be made.
  writeFileSync(next, '');
  for (let number = 26; number <= 30; number++) log.append([record(number)]);
  log.close();
  const again = new SegmentLog(options({ segmentRecords: 10 }));
  const { offsets, unreadable } = readAll(again);
  expect(offsets.filter((offset) => offset > 25)).toEqual([26, 27, 28, 29, 30]);
  expect(unreadable).toBe(0);
  again.close();
});

/** Commits fail with this code as long as `failures` says so. */
function failingLog(errcode: number, failures: { left: number }): SegmentLog {
  const beforeCommit = (): void => {
    if (failures.left-- > 0) throw Object.assign(new Error('disk I/O error'), { errcode });
  };
  return new SegmentLog(options({ segmentRecords: 10, beforeCommit }));
}

test('a segment that turns out damaged before anything is in it leaves no gap', () => {
  const failures = { left: 0 };
  const log = failingLog(11, failures);
  for (let number = 1; number <= 10; number++) log.append([record(number)]);
  log.trim(10);
  failures.left = 1;
  expect(log.append([record(11)])).toBe(11);
  log.close();
  const again = new SegmentLog(options({ segmentRecords: 10 }));
  expect(readAll(again)).toEqual({ offsets: [11], unreadable: 0 });
  again.close();
});

test('a segment whose log cannot be moved before anything is in it keeps its name, and trimming keeps its file', () => {
  const failures = { left: 0 };
  const log = failingLog(10, failures);
  for (let number = 1; number <= 10; number++) log.append([record(number)]);
  log.trim(10);
  // Whoever reads a log keeps it from being moved.
  const reader = new DatabaseSync(join(folder, 'segment-0000000000000011.sqlite'));
  reader.exec('BEGIN; SELECT count(*) FROM records');
  failures.left = 1;
  expect(() => log.append([record(11)])).toThrow('disk I/O error');
  expect(log.append([record(12)])).toBe(11);
  reader.close();
  log.trim(10);
  log.close();
  const again = new SegmentLog(options({ segmentRecords: 10 }));
  expect(readAll(again)).toEqual({ offsets: [11], unreadable: 0 });
  again.close();
}, 20_000);

test('what a failed commit left in a segment does not count once the next one may have been begun', () => {
  const log = new SegmentLog(options());
  for (let number = 1; number <= 5; number++) log.append([record(number)]);
  const next = join(folder, 'segment-0000000000000006.sqlite');
  mkdirSync(next);
  expect(() => log.trim(5)).toThrow();
  // A commit of which only the last sync failed.
  const left = new DatabaseSync(join(folder, 'segment-0000000000000001.sqlite'));
  left.exec(`INSERT INTO records SELECT 6, "partition", kind, device, received_at, checksum, envelope
             FROM records WHERE "offset" = 5`);
  left.close();
  expect(() => log.append([record(6)])).toThrow();
  rmSync(next, { recursive: true });
  expect(log.append([record(7)])).toBe(6);
  log.close();
  const again = new SegmentLog(options());
  expect(readAll(again)).toEqual({ offsets: [1, 2, 3, 4, 5, 6], unreadable: 0 });
  expect(again.read(5, everything).records[0]?.receivedAt).toBe(7);
  again.close();
});
