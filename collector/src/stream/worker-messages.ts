/** What the stream and its worker thread say to each other. Requests are answered in order, one answer each. */
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

export type WorkerRequest = { id: number } & (
  | { ask: 'append'; entries: BatchEntry[]; bytes: Uint8Array<ArrayBuffer> }
  | { ask: 'read'; after: number; maxRecords: number; maxBytes: number }
  | { ask: 'trim'; through: number }
  | { ask: 'stats' }
  | { ask: 'backlog'; after: number }
  | { ask: 'close' }
);

export interface WorkerAnswers {
  append: { first: number };
  read: StreamRange;
  trim: undefined;
  stats: StreamStats;
  backlog: StreamBacklog;
  close: undefined;
}

/** `id` 0 is the greeting, whose value is the head. */
export type WorkerAnswer =
  | { id: number; ok: true; value: unknown }
  | { id: number; ok: false; full: boolean; message: string };
