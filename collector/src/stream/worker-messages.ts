/**
 * What the stream's worker thread is asked and answers, in order. The thread that started it may ask everything; those that
 * were connected later only append.
 */
import type { MessagePort } from 'node:worker_threads';
import type { SegmentLogOptions } from './segment-log.ts';
import type { StreamBacklog, StreamRange, StreamRecordKind, StreamStats } from './stream.ts';

/** Options as they cross the thread: no functions. */
export interface WorkerStart {
  log: Omit<SegmentLogOptions, 'beforeCommit'>;
  notBefore: number;
}

export interface BatchEntry {
  kind: StreamRecordKind;
  deviceId: string;
  receivedAt: number;
  /** Length of its envelope; envelopes follow each other in the batch's bytes. */
  length: number;
}

export type AppendRequest = { ask: 'append'; entries: BatchEntry[]; bytes: Uint8Array<ArrayBuffer> };

export type WorkerRequest = { id: number } & (
  | AppendRequest
  | { ask: 'read'; after: number; maxRecords: number; maxBytes: number }
  | { ask: 'trim'; through: number }
  | { ask: 'stats' }
  | { ask: 'backlog'; after: number }
  | { ask: 'close' }
);

/** From now on somebody appends through this port. */
export interface WorkerConnection {
  connect: MessagePort;
}

export interface WorkerAnswers {
  append: { first: number };
  read: StreamRange;
  trim: undefined;
  stats: StreamStats;
  backlog: StreamBacklog;
  close: undefined;
}

/** Said beside the answers: the files are open, or somebody has appended. */
export type WorkerNews = { opened: number } | { appended: number };
