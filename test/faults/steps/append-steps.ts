/** Appends to the stream, with a change of segments, and trims it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SegmentLog } from '../../../collector/src/stream/segment-log.ts';
import { STREAM_DEFAULTS } from '../../../collector/src/stream/sqlite-stream.ts';
import type { NewStreamRecord } from '../../../collector/src/stream/stream.ts';
import type { SteppedWork } from './stepped-work.ts';

/** Records of each batch: the third begins a segment. */
const BATCHES = [2, 2, 1];
const SEGMENT_RECORDS = 4;
const TRIMMED_THROUGH = 4;
const everything = { maxRecords: 1000, maxBytes: 1 << 26 };

const record = (number: number): NewStreamRecord => ({
  kind: 'report',
  deviceId: '00000000000000ab',
  receivedAt: number,
  // Longer than a page, so that one record is several writes.
  envelope: Buffer.alloc(6000, `record ${number} `),
});

function open(folder: string): SegmentLog {
  const path = join(folder, 'stream');
  mkdirSync(path, { recursive: true });
  return new SegmentLog({
    ...STREAM_DEFAULTS,
    folder: path,
    segmentRecords: SEGMENT_RECORDS,
    minFreeBytes: 0,
  });
}

export const work: SteppedWork = {
  // The first start is part of it.
  async prepare() {},

  async run(folder, say) {
    const log = open(folder);
    let next = 1;
    for (const count of BATCHES) {
      const batch = Array.from({ length: count }, (_, index) => record(next + index));
      const offset = log.append(batch);
      if (offset !== next) throw new Error(`offset ${offset} instead of ${next}`);
      next += count;
      say(`appended ${next - 1}`);
    }
    say('trimming');
    log.trim(TRIMMED_THROUGH);
    log.append([record(next)]);
    say(`appended ${next}`);
    log.close();
  },

  async faults(folder, said) {
    const faults: string[] = [];
    const acknowledged = Math.max(0, ...said.map((word) => Number(/^appended (\d+)$/.exec(word)?.[1] ?? 0)));
    const log = open(folder);
    const { records, unreadable, through } = log.read(0, everything);
    if (unreadable > 0) faults.push(`${unreadable} records are unreadable`);
    const found = new Set(records.map(({ offset }) => offset));
    const least = said.includes('trimming') ? TRIMMED_THROUGH + 1 : 1;
    for (let offset = least; offset <= acknowledged; offset++)
      if (!found.has(offset)) faults.push(`${offset} was acknowledged and is not there`);
    const most = acknowledged + (BATCHES[said.length] ?? 1);
    for (const { offset, receivedAt, envelope } of records) {
      if (offset > most) faults.push(`${offset} is there and was never given`);
      if (receivedAt !== offset || !record(offset).envelope.every((byte, at) => byte === envelope[at]))
        faults.push(`${offset} is not what was appended`);
    }
    const offset = log.append([record(1000)]);
    if (offset <= acknowledged || offset <= through - 1)
      faults.push(`offset ${offset} was given a second time`);
    log.close();
    return faults;
  },
};
