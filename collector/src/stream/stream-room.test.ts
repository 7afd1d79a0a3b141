import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SegmentLog, type SegmentLogOptions } from './segment-log.ts';
import { type NewStreamRecord, StreamFullError } from './stream.ts';
import { lackOfRoom, STREAM_LIMITS } from './stream-room.ts';

const DAY = 86_400_000;
const NOW = 1_790_000_000_000;

describe('what lacks', () => {
  const limits = { ...STREAM_LIMITS, maxBytes: 1000, minFreeBytes: 500 };
  const roomy = { bytes: 0, newBytes: 100, freeBytes: 10_000, oldestWaitingAt: undefined, now: NOW };

  test.each([
    ['nothing', {}, undefined],
    ['nothing, to the last byte', { bytes: 900 }, undefined],
    ['bytes', { bytes: 901 }, /holds 901 bytes of at most 1000/],
    ['nothing, to the last free byte', { freeBytes: 600 }, undefined],
    ['disk', { freeBytes: 599 }, /599 bytes are free/],
    ['nothing, after exactly two weeks', { oldestWaitingAt: NOW - 14 * DAY }, undefined],
    ['youth', { oldestWaitingAt: NOW - 15 * DAY }, /waits for 15 days, at most 14/],
    ['nothing, when the clock was put back', { oldestWaitingAt: NOW + DAY }, undefined],
  ])('%s', (_what, change, words) => {
    const lack = lackOfRoom(limits, { ...roomy, ...change });
    if (words === undefined) expect(lack).toBeUndefined();
    else expect(lack).toMatch(words);
  });
});

describe('a stream at its limit', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fleetmeter-room-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = (chosen: Partial<SegmentLogOptions> = {}, checkpoint = 0): SegmentLog =>
    new SegmentLog(
      { folder, segmentRecords: 100, segmentBytes: 1 << 20, ...STREAM_LIMITS, minFreeBytes: 0, ...chosen },
      checkpoint,
    );
  const record = (receivedAt: number): NewStreamRecord => ({
    ...{ kind: 'report', deviceId: '00000000000000ab', receivedAt },
    envelope: Buffer.alloc(700),
  });
  const offsetsIn = (log: SegmentLog): number[] => {
    const found: number[] = [];
    for (let at = 0; at < log.head; ) {
      const range = log.read(at, { maxRecords: 100_000, maxBytes: 1 << 30 });
      found.push(...range.records.map(({ offset }) => offset));
      at = range.through;
    }
    return found;
  };

  test('takes nothing while the oldest report waits too long, keeps all of it, and goes on once that is processed', () => {
    const log = open();
    for (let day = 0; day <= 14; day++) log.append([record(NOW + day * DAY)]);
    expect(() => log.append([record(NOW + 14 * DAY + 1)])).toThrow(StreamFullError);
    log.close();
    const again = open();
    expect(() => again.append([record(NOW + 14 * DAY + 1)])).toThrow(/waits for 14 days/);
    expect(offsetsIn(again)).toHaveLength(15);
    // Two days' reports are processed, though their segment may still be there.
    again.trim(2);
    expect(again.append([record(NOW + 14 * DAY + 1)])).toBe(16);
    expect(again.backlog(2).oldestReceivedAt).toBe(NOW + 2 * DAY);
    again.close();
  });

  test('what is processed does not age, also after a start', () => {
    const log = open();
    log.append([record(NOW)]);
    log.close();
    expect(open({}, 1).append([record(NOW + 100 * DAY)])).toBe(2);
  });

  test('chosen so, gives up what waits longest by age: about a day more than needed, and says how much', () => {
    const log = open({ atLimit: 'drop-oldest' });
    for (let hour = 0; hour < 20 * 24; hour++) log.append([record(NOW + (hour * DAY) / 24)]);
    const kept = offsetsIn(log);
    expect(kept.at(-1)).toBe(20 * 24);
    expect(kept.length).toBeLessThanOrEqual(14 * 24 + 1);
    expect(kept.length).toBeGreaterThanOrEqual(12 * 24);
    expect(log.stats().dropped).toBe(20 * 24 - kept.length);
    // A reader that stands before the gap is led over it.
    expect(log.read(3, { maxRecords: 1, maxBytes: 0 }).records[0]?.offset).toBe(kept[0]);
    log.close();
  });

  test('chosen so, gives up what waits longest by size, and counts only what was not processed', () => {
    const log = open({ atLimit: 'drop-oldest', maxBytes: 700 * 350 });
    for (let number = 0; number < 300; number++) log.append([record(NOW)]);
    log.trim(50);
    for (let number = 0; number < 100; number++) log.append([record(NOW)]);
    expect(offsetsIn(log)[0]).toBe(101);
    expect(log.stats()).toMatchObject({ head: 400, records: 300, dropped: 50 });
    log.close();
  });

  test('a disk that others filled is not helped by giving up everything', () => {
    const filled = open();
    for (let number = 0; number < 10; number++) filled.append([record(NOW)]);
    filled.close();
    const log = open({ atLimit: 'drop-oldest', minFreeBytes: Number.MAX_SAFE_INTEGER });
    expect(() => log.append([record(NOW)])).toThrow(/are free on the disk/);
    expect(log.stats()).toMatchObject({ records: 10, dropped: 0 });
    log.close();
  });
});
