/**
 * The stream on disk: segments in one folder, each `segment-<first offset, 16 digits>.sqlite`. Only the last one
 * is written; a full one is closed and the next begins; trimming removes whole files, which gives their space
 * back at once and never rewrites anything. Before the last file is removed its successor exists, so the
 * highest offset ever given out is never forgotten.
 *
 * A segment that cannot be opened at all is set aside as `*.damaged`, its records are counted as unreadable, and
 * writing goes on in a new segment beyond every offset the damaged one can have held.
 *
 * Synchronous; lives in the stream's worker thread.
 */
import { isDamage, Segment, type SegmentOptions } from './segment.ts';
import {
  backlogOf,
  damagedEntry,
  emptyEntry,
  offsetsIn,
  readLost,
  type SegmentEntry,
} from './segment-entry.ts';
import { SegmentFolder } from './segment-folder.ts';
import {
  type NewStreamRecord,
  type StreamBacklog,
  StreamFullError,
  type StreamRange,
  type StreamStats,
} from './stream.ts';
import { lackOfRoom, type StreamLimits } from './stream-room.ts';

export interface SegmentLogOptions extends SegmentOptions, StreamLimits {
  folder: string;
  /** A segment is closed at this many records, ... */
  segmentRecords: number;
  /** ... or at this many bytes of envelopes. */
  segmentBytes: number;
}

const SQLITE_FULL = 13;
/** A segment spans at most this part of the age that reports may reach. */
const SEGMENTS_AN_AGE = 14;

export class SegmentLog {
  readonly #options: SegmentLogOptions;
  readonly #folder: SegmentFolder;
  readonly #entries: SegmentEntry[] = [];
  #unreadable = 0;
  #salvaged = 0;
  /** Unreadable records up to here are counted already, so reading a range again counts nothing twice. */
  #countedThrough = 0;
  #dropped = 0;
  /** Of this offset and all before it nobody asks any more. */
  #processedThrough: number;
  /** When the oldest report that waits was received, as far as it was looked at since #processedThrough changed. */
  #oldestWaiting: { at: number | undefined } | undefined;

  /** `notBefore`: offsets up to here were given out, whatever the folder says (the reader's checkpoint). */
  constructor(options: SegmentLogOptions, notBefore = 0) {
    this.#options = options;
    this.#processedThrough = notBefore;
    this.#folder = new SegmentFolder(options.folder);
    this.#folder.removeLeftovers();
    const firsts = this.#folder.firsts();
    for (const [index, first] of firsts.entries())
      this.#entries.push(this.#openEntry(first, firsts[index + 1]));
    const last = this.#entries.at(-1);
    // A damaged write-ahead log can lose the newest records, and must not make their offsets free again:
    // the reader would take what comes next for something it has seen.
    if (!last || last.sealed || last.last < notBefore) this.#begin(Math.max(this.head, notBefore) + 1);
  }

  get head(): number {
    return this.#entries.at(-1)?.last ?? 0;
  }

  /** Offset of the first of them. Throws StreamFullError or what SQLite throws; then none is acknowledged. */
  append(records: readonly NewStreamRecord[]): number {
    const bytes = records.reduce((sum, record) => sum + record.envelope.length, 0);
    this.#makeRoom(bytes, records[0]?.receivedAt ?? 0);
    const offset = this.#commit(records);
    const entry = this.#last();
    entry.last = offset + records.length - 1;
    entry.bytes += bytes;
    const { segmentRecords, segmentBytes, maxAgeMs } = this.#options;
    const newest = records.at(-1)?.receivedAt ?? 0;
    entry.beganAt ??= records[0]?.receivedAt;
    const full =
      offsetsIn(entry) >= segmentRecords ||
      entry.bytes >= segmentBytes ||
      // What is given up for its age must not take much that is younger with it.
      newest - (entry.beganAt ?? newest) > maxAgeMs / SEGMENTS_AN_AGE;
    if (full) this.#seal(entry);
    // It may be the first that waits.
    if (this.#oldestWaiting?.at === undefined) this.#oldestWaiting = undefined;
    return offset;
  }

  #commit(records: readonly NewStreamRecord[]): number {
    try {
      if (this.#last().suspect) this.#lookAgain(this.#last());
      if (this.#last().sealed) this.#goOnElsewhere();
      return this.#store(records);
    } catch (error) {
      this.#last().suspect = true;
      if ((error as { errcode?: number }).errcode === SQLITE_FULL)
        throw new StreamFullError('the disk of the stream is full', { cause: error });
      throw error;
    }
  }

  #store(records: readonly NewStreamRecord[]): number {
    const entry = this.#last();
    const offset = this.head + 1;
    try {
      entry.segment.append(offset, records);
      return offset;
    } catch (error) {
      if (!isDamage(error)) throw error;
      // The file being written turns out damaged: what can be read of it stays, writing goes on elsewhere.
      this.#seal(entry);
      this.#goOnElsewhere();
      this.#last().segment.append(offset, records);
      return offset;
    }
  }

  /**
   * Records of a failed commit may be in the file after all; then their offsets are taken. They do not count when nobody can
   * tell whether they will still be there after a power cut, or when a next segment may have been begun: its name says that
   * this one ends before them.
   */
  #lookAgain(entry: SegmentEntry): void {
    const last = entry.segment.measureLast();
    if (entry.sealed || last === undefined || !entry.segment.moveLog()) this.#seal(entry);
    else entry.last = Math.max(entry.last, last);
    entry.suspect = false;
  }

  /**
   * Where nothing was acknowledged nothing is to be kept, and the next segment would have the same name. Should this end between
   * removing and making, the reader's checkpoint still tells which offsets were given out.
   */
  #goOnElsewhere(): void {
    const entry = this.#last();
    if (offsetsIn(entry) > 0) {
      this.#begin(this.head + 1);
      return;
    }
    entry.segment.remove();
    entry.segment.create();
    this.#folder.sync();
    entry.sealed = false;
  }

  /** At least one record when there is one; the first of each segment may exceed `maxBytes`. */
  read(after: number, limits: { maxRecords: number; maxBytes: number }): StreamRange {
    // What was dropped before the first segment is passed over.
    const before = (this.#entries[0]?.segment.first ?? 1) - 1;
    const range: StreamRange = { records: [], through: Math.max(after, before), unreadable: 0 };
    let bytes = 0;
    for (const [index, entry] of this.#entries.entries()) {
      if (entry.last <= range.through) continue;
      if (range.records.length >= limits.maxRecords || (range.records.length > 0 && bytes >= limits.maxBytes))
        break;
      const from = Math.max(range.through + 1, entry.segment.first);
      const to = Math.min(entry.last, from + limits.maxRecords - range.records.length - 1);
      const part = entry.damaged ? readLost(entry) : entry.segment.read(from, to, limits.maxBytes - bytes);
      range.unreadable += part.unreadable;
      this.#countUnreadable(part.unreadable, part.through);
      for (const record of part.records) {
        bytes += record.envelope.length;
        range.records.push(record);
      }
      range.through = part.through;
      if (index < this.#entries.length - 1) entry.segment.close();
      if (part.through < to) break;
    }
    return range;
  }

  #countUnreadable(count: number, through: number): void {
    if (through > this.#countedThrough) {
      this.#unreadable += count;
      this.#countedThrough = through;
    }
  }

  /**
   * The segment being written is replaced too, but not for a handful of records: a new file costs several
   * syncs, and a reader that keeps up trims after every report.
   */
  trim(through: number): void {
    this.#processed(through);
    // First what frees space: a new file may find the disk full.
    this.#removeThrough(through);
    const last = this.#last();
    const records = offsetsIn(last);
    const worthIt =
      records >= this.#options.segmentRecords / 64 || last.bytes >= this.#options.segmentBytes / 64;
    if (through >= last.last && records > 0 && worthIt) this.#begin(last.last + 1);
    this.#removeThrough(through);
  }

  #removeThrough(through: number): void {
    while (this.#entries.length > 1) {
      const entry = this.#entries[0] as SegmentEntry;
      if (entry.last > through) break;
      if (!entry.damaged) entry.segment.remove();
      this.#entries.shift();
    }
  }

  stats(): StreamStats {
    let bytes = 0;
    let records = 0;
    for (const entry of this.#entries) {
      bytes += entry.bytes;
      if (!entry.damaged) records += offsetsIn(entry);
    }
    return {
      ...{ head: this.head, bytes, records, unreadable: this.#unreadable, salvaged: this.#salvaged },
      ...{ dropped: this.#dropped, freeBytes: this.#folder.freeBytes() },
    };
  }

  backlog(after: number): StreamBacklog {
    return backlogOf(this.#entries, after);
  }

  close(): void {
    for (const entry of this.#entries) entry.segment.close();
  }

  #processed(through: number): void {
    if (through <= this.#processedThrough) return;
    this.#processedThrough = through;
    this.#oldestWaiting = undefined;
  }

  /** Throws StreamFullError when there is no room and none may be made. */
  #makeRoom(newBytes: number, now: number): void {
    for (;;) {
      const lack = this.#lack(newBytes, now);
      if (lack === undefined) return;
      if (this.#options.atLimit === 'refuse' || !this.#wouldHelp(newBytes) || !this.#dropOldest())
        throw new StreamFullError(lack);
    }
  }

  #lack(newBytes: number, now: number): string | undefined {
    this.#oldestWaiting ??= { at: this.backlog(this.#processedThrough).oldestReceivedAt };
    return lackOfRoom(this.#options, {
      bytes: this.#entries.reduce((sum, entry) => sum + entry.bytes, 0),
      ...{ newBytes, freeBytes: this.#folder.freeBytes() },
      oldestWaitingAt: this.#oldestWaiting.at,
      now,
    });
  }

  /** A disk that others filled is not helped by giving up all that waits. */
  #wouldHelp(newBytes: number): boolean {
    const { bytes } = this.stats();
    return this.#folder.freeBytes() + bytes - newBytes >= this.#options.minFreeBytes;
  }

  /** Gives up the oldest segment, processed or not; false when there is none with a record. */
  #dropOldest(): boolean {
    const [oldest] = this.#entries;
    if (!oldest || (this.#entries.length === 1 && offsetsIn(oldest) <= 0)) return false;
    if (this.#entries.length === 1) this.#begin(oldest.last + 1);
    this.#dropped += Math.max(0, oldest.last - Math.max(this.#processedThrough, oldest.segment.first - 1));
    this.#processed(oldest.last);
    this.#removeThrough(oldest.last);
    return true;
  }

  #last(): SegmentEntry {
    return this.#entries.at(-1) as SegmentEntry;
  }

  /** Closing moves the write-ahead log into the file; the next append begins a new one. */
  #seal(entry: SegmentEntry): void {
    entry.sealed = true;
    entry.segment.close();
  }

  #begin(first: number): void {
    const before = this.#entries.at(-1);
    // Also when this fails a file may be there whose name says that the one before ends here: it must take nothing more.
    if (before) before.sealed = true;
    const segment = new Segment(this.#folder.path(first), first, this.#options);
    try {
      segment.create();
      this.#folder.sync();
    } catch (error) {
      segment.close();
      throw error;
    }
    before?.segment.close();
    this.#entries.push(emptyEntry(segment));
  }

  #openEntry(first: number, nextFirst: number | undefined): SegmentEntry {
    const segment = new Segment(this.#folder.path(first), first, this.#options);
    try {
      this.#salvaged += segment.recover();
      const last = segment.measureLast();
      const entry = {
        segment,
        // Of a file that is not the last one the name of its successor says where it ends, whatever is damaged.
        last: nextFirst === undefined ? Math.min(last ?? Infinity, this.#lastPossible(first)) : nextFirst - 1,
        bytes: segment.measureBytes(),
        beganAt: segment.receivedAt(first),
        damaged: false,
        sealed: nextFirst !== undefined || last === undefined,
        suspect: false,
      };
      if (entry.sealed) segment.close();
      return entry;
    } catch (error) {
      if (!isDamage(error)) throw error;
      return this.#setAside(segment, nextFirst);
    }
  }

  /** A damaged page can name any offset. A batch may overshoot the limit of a segment, but never double it. */
  #lastPossible(first: number): number {
    return first + 2 * this.#options.segmentRecords - 1;
  }

  #setAside(segment: Segment, nextFirst: number | undefined): SegmentEntry {
    segment.close();
    this.#folder.setAside(segment.path);
    const last = nextFirst === undefined ? this.#lastPossible(segment.first) : nextFirst - 1;
    // How many it held is only known when a successor says where it ended.
    this.#unreadable += nextFirst === undefined ? 1 : last - segment.first + 1;
    return damagedEntry(segment, last);
  }
}
