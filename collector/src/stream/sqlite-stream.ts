/**
 * The embedded stream. Appends wait here while a commit runs and go together into the next one (group commit):
 * one sync of the disk serves them all, and each is answered for the commit it was in.
 *
 * The queue is bounded; beyond it append refuses with StreamFullError, as it does when the disk is full. When
 * the worker thread dies, what it had not answered is rejected and the next call starts a new one.
 */
import { mkdirSync } from 'node:fs';
import type { SegmentLogOptions } from './segment-log.ts';
import {
  type NewStreamRecord,
  type Stream,
  type StreamBacklog,
  StreamFullError,
  type StreamRange,
  type StreamStats,
} from './stream.ts';
import { STREAM_LIMITS } from './stream-room.ts';
import { StreamWorker } from './stream-worker.ts';
import type { BatchEntry } from './worker-messages.ts';

export interface SqliteStreamOptions extends Partial<Omit<SegmentLogOptions, 'folder' | 'beforeCommit'>> {
  /** Made when it is not there. */
  folder: string;
  /** Offsets up to here were given out: pass the reader's checkpoint. Default 0. */
  notBefore?: number;
  /** Appends that may wait for a commit. */
  queueRecords?: number;
  /** Bytes of envelopes that may wait for a commit. */
  queueBytes?: number;
  /** Called after each commit with what went into it and how long it took, waits for the disk included. */
  onCommit?: (records: number, milliseconds: number) => void;
}

const mib = 1024 * 1024;
export const STREAM_DEFAULTS = {
  segmentRecords: 65_536,
  segmentBytes: 256 * mib,
  ...STREAM_LIMITS,
  queueRecords: 4096,
  queueBytes: 64 * mib,
} as const;

/** One commit takes at most this much, so that a read never waits long behind it. */
const BATCH_RECORDS = 512;
const BATCH_BYTES = 8 * mib;
/** The most that one read returns, whatever is asked for; one larger record is still returned. */
const READ_RECORDS = 4096;
const READ_BYTES = 32 * mib;
/** Of these at a time: some milliseconds of the thread. */
const PIECE_RECORDS = 512;
const PIECE_BYTES = mib;

interface Waiting {
  record: NewStreamRecord;
  resolve: (offset: number) => void;
  reject: (error: Error) => void;
}

/** Resolves once the files are open and checked; rejects when they cannot be. */
export async function openSqliteStream(options: SqliteStreamOptions): Promise<Stream> {
  const { notBefore = 0, ...chosen } = { ...STREAM_DEFAULTS, ...options };
  mkdirSync(chosen.folder, { recursive: true, mode: 0o700 });
  const { queueRecords, queueBytes, onCommit = () => undefined, ...log } = chosen;
  const worker = new StreamWorker({ log, notBefore });
  await worker.started();
  return new SqliteStream(worker, { queueRecords, queueBytes, onCommit });
}

class SqliteStream implements Stream {
  readonly #worker: StreamWorker;
  readonly #options: Required<Pick<SqliteStreamOptions, 'queueRecords' | 'queueBytes' | 'onCommit'>>;
  readonly #listeners = new Set<(head: number) => void>();
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(
    worker: StreamWorker,
    options: Required<Pick<SqliteStreamOptions, 'queueRecords' | 'queueBytes' | 'onCommit'>>,
  ) {
    this.#worker = worker;
    this.#options = options;
  }

  append(record: NewStreamRecord): Promise<number> {
    if (this.#closed) return Promise.reject(new Error('the stream is closed'));
    const bytes = this.#queuedBytes + record.envelope.length;
    const { queueRecords, queueBytes } = this.#options;
    if (this.#queue.length >= queueRecords || (this.#queue.length > 0 && bytes > queueBytes))
      return Promise.reject(new StreamFullError('too many reports wait for the disk'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ record, resolve, reject });
      this.#queuedBytes += record.envelope.length;
      this.#running ??= this.#commitUntilEmpty();
    });
  }

  async #commitUntilEmpty(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      const began = performance.now();
      try {
        const { first } = await this.#worker.ask('append', {
          entries: batch.map(entryOf),
          bytes: together(batch),
        });
        this.#options.onCommit(batch.length, performance.now() - began);
        for (const [index, waiting] of batch.entries()) waiting.resolve(first + index);
        for (const listener of this.#listeners) listener(first + batch.length - 1);
      } catch (error) {
        for (const waiting of batch) waiting.reject(error as Error);
      }
    }
    this.#running = undefined;
  }

  #takeBatch(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { record } of this.#queue) {
      if (count > 0 && (count >= BATCH_RECORDS || bytes + record.envelope.length > BATCH_BYTES)) break;
      bytes += record.envelope.length;
      count += 1;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }

  /** In pieces: the thread that reads them is the one whose commits everybody waits for. */
  async read(after: number, limits: { maxRecords: number; maxBytes: number }): Promise<StreamRange> {
    const range: StreamRange = { records: [], through: after, unreadable: 0 };
    const maxRecords = Math.max(1, Math.min(limits.maxRecords, READ_RECORDS));
    let room = Math.min(limits.maxBytes, READ_BYTES);
    for (;;) {
      const before = range.through;
      const records = Math.min(maxRecords - range.records.length, PIECE_RECORDS);
      const bytes = Math.min(room, PIECE_BYTES);
      const piece = await this.#worker.ask('read', { after: before, maxRecords: records, maxBytes: bytes });
      const endedByRoom = bytes === room && piece.records.length < records;
      for (const record of piece.records) {
        room -= record.envelope.length;
        range.records.push(record);
      }
      range.through = piece.through;
      range.unreadable += piece.unreadable;
      if (piece.through === before || endedByRoom || range.records.length >= maxRecords) return range;
    }
  }

  onAppend(listener: (head: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async trim(through: number): Promise<void> {
    await this.#worker.ask('trim', { through });
  }

  stats(): Promise<StreamStats> {
    return this.#worker.ask('stats', {});
  }

  backlog(after: number): Promise<StreamBacklog> {
    return this.#worker.ask('backlog', { after });
  }

  /** Waits for appends that were taken, then closes the files. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#running;
    await this.#worker.close();
  }
}

/** All envelopes in memory of its own, which is handed to the other thread and not copied. */
function together(batch: readonly Waiting[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(batch.reduce((sum, { record }) => sum + record.envelope.length, 0));
  let at = 0;
  for (const { record } of batch) {
    bytes.set(record.envelope, at);
    at += record.envelope.length;
  }
  return bytes;
}

function entryOf({ record }: Waiting): BatchEntry {
  const { kind, deviceId, receivedAt, envelope } = record;
  return { kind, deviceId, receivedAt, length: envelope.length };
}
