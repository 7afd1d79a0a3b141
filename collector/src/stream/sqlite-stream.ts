/**
 * The embedded stream. Appends wait while a commit runs and go together into the next one (group commit): one sync of the
 * disk serves them all, and each is answered for the commit it was in. Other threads append over ports of their own.
 *
 * What waits is bounded; beyond it append refuses with StreamFullError, as it does when the disk is full. When
 * the worker thread dies, what it had not answered is rejected and the next call starts a new one.
 */
import { mkdirSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import type { AppendWay, SharedStream } from './append-way.ts';
import type { SegmentLogOptions } from './segment-log.ts';
import type { NewStreamRecord, StreamBacklog, StreamRange, StreamStats } from './stream.ts';
import { APPEND_QUEUE_LIMITS, type AppendQueueLimits, StreamAppender } from './stream-appender.ts';
import { STREAM_LIMITS } from './stream-room.ts';
import { StreamWorker } from './stream-worker.ts';

export interface SqliteStreamOptions
  extends Partial<Omit<SegmentLogOptions, 'folder' | 'beforeCommit'>>,
    Partial<AppendQueueLimits> {
  /** Made when it is not there. */
  folder: string;
  /** Offsets up to here were given out: pass the reader's checkpoint. Default 0. */
  notBefore?: number;
  /** Called after each commit of this thread with what went into it and how long it took, waits for the disk included. */
  onCommit?: (records: number, milliseconds: number) => void;
}

const mib = 1024 * 1024;
export const STREAM_DEFAULTS = {
  segmentRecords: 65_536,
  segmentBytes: 256 * mib,
  ...STREAM_LIMITS,
  ...APPEND_QUEUE_LIMITS,
} as const;

/** The most that one read returns, whatever is asked for; one larger record is still returned. */
const READ_RECORDS = 4096;
const READ_BYTES = 32 * mib;
/** Of these at a time: some milliseconds of the thread. */
const PIECE_RECORDS = 512;
const PIECE_BYTES = mib;

/** Resolves once the files are open and checked; rejects when they cannot be. */
export async function openSqliteStream(options: SqliteStreamOptions): Promise<SqliteStream> {
  const { notBefore = 0, onCommit, ...chosen } = { ...STREAM_DEFAULTS, ...options };
  mkdirSync(chosen.folder, { recursive: true, mode: 0o700 });
  const { queueRecords, queueBytes, ...log } = chosen;
  const listeners = new Set<(head: number) => void>();
  const worker = new StreamWorker({ log, notBefore }, (head) => {
    for (const listener of listeners) listener(head);
  });
  await worker.started();
  const appender = new StreamAppender({
    ...{ queueRecords, queueBytes, onCommit },
    commit: ({ entries, bytes }) => worker.ask('append', { entries, bytes }),
  });
  return new SqliteStream(worker, appender, listeners);
}

export class SqliteStream implements SharedStream {
  readonly #worker: StreamWorker;
  readonly #appender: StreamAppender;
  readonly #listeners: Set<(head: number) => void>;
  #closed = false;

  constructor(worker: StreamWorker, appender: StreamAppender, listeners: Set<(head: number) => void>) {
    this.#worker = worker;
    this.#appender = appender;
    this.#listeners = listeners;
  }

  append(record: NewStreamRecord): Promise<number> {
    return this.#appender.append(record);
  }

  appendWay(): AppendWay {
    return { port: this.openAppendPort() };
  }

  /** For an AppendPort; closes when the stream's thread ends. */
  openAppendPort(): MessagePort {
    if (this.#closed) throw new Error('the stream is closed');
    return this.#worker.connect();
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

  /** Waits for appends that this thread took, then closes the files. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#appender.close();
    await this.#worker.close();
  }
}
