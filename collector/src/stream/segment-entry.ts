/** What the log knows of each of its segments without asking the file, and what follows from that. */
import { lostSegment } from './damaged-record.ts';
import type { Segment, SegmentRead } from './segment.ts';
import { nameSetAside } from './segment-folder.ts';
import type { StreamBacklog } from './stream.ts';

export interface SegmentEntry {
  segment: Segment;
  /** Last offset in it; `segment.first - 1` when empty. */
  last: number;
  bytes: number;
  /** When its first record was received; undefined when it has none, or when it cannot be read. */
  beganAt: number | undefined;
  /** The file could not be opened: all its records are lost. */
  damaged: boolean;
  /** Nothing more is written here: the file is full, or partly damaged. */
  sealed: boolean;
  /** A commit failed: what the file holds has to be looked at before the next one. */
  suspect: boolean;
}

/** Of a segment without a record. */
export function emptyEntry(segment: Segment): SegmentEntry {
  return {
    ...{ segment, last: segment.first - 1, bytes: 0, beganAt: undefined },
    ...{ damaged: false, sealed: false, suspect: false },
  };
}

/** One whose file was set aside. */
export function damagedEntry(segment: Segment, last: number): SegmentEntry {
  return { segment, last, bytes: 0, beganAt: undefined, damaged: true, sealed: true, suspect: false };
}

export function offsetsIn({ segment, last }: SegmentEntry): number {
  return last - segment.first + 1;
}

/** One record stands for all that were in a file that is set aside. */
export function readLost({ segment, last }: SegmentEntry): SegmentRead {
  const lost = lostSegment(nameSetAside(segment.path), segment.first, last);
  return { records: [lost], through: last, unreadable: 0 };
}

/** Looks at one record: summing the lengths of a whole segment would hold up appends for tens of milliseconds. */
export function backlogOf(entries: readonly SegmentEntry[], after: number): StreamBacklog {
  const backlog: StreamBacklog = {
    records: Math.max(0, (entries.at(-1)?.last ?? 0) - after),
    bytes: 0,
    oldestReceivedAt: undefined,
  };
  for (const [index, entry] of entries.entries()) {
    const { segment, last, bytes, damaged } = entry;
    if (last <= after || damaged) continue;
    const from = Math.max(after + 1, segment.first);
    backlog.bytes += Math.round((bytes * (last - from + 1)) / offsetsIn(entry));
    if (backlog.oldestReceivedAt !== undefined) continue;
    backlog.oldestReceivedAt = segment.receivedAt(from);
    if (index < entries.length - 1) segment.close();
  }
  return backlog;
}
