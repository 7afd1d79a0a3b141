import { defaultEngineMemoryMib } from './kernel-bounds.ts';

/** Every bound of the engine process. Bytes and milliseconds unless the name says otherwise. */
export interface EngineLimits {
  /** MiB of the whole process, kept by the kernel. */
  memoryMib: number;
  /** Reader queries that run at the same time; each owns one engine session and one pool thread. */
  readers: number;
  /** Reader queries that may wait for a session; the next one is answered 503. */
  readerQueue: number;
  /** How long a reader query waits for a session before it is answered 503. */
  readerQueueMs: number;
  readerExecutionSeconds: number;
  /** A query that lives this much longer, and does not heed KILL, ends the process: nothing else would end it. */
  readerGraceMs: number;
  /** Per query. The formatted result counts, so this is also the hard bound of a result in memory. */
  readerMemoryBytes: number;
  readerResultRows: number;
  /** Bytes of the formatted result; larger ones are refused after the query. */
  readerResultBytes: number;
  /** Answers to readers that are complete and not yet taken, together. */
  readerAnswersBytes: number;
  readerThreads: number;
  readerTextBytes: number;
  /** Sessions for inserts that bring data: nothing else ever runs on them. */
  insertSessions: number;
  /** Sessions for the writer's other statements (migrations, recomputes, look-ups). */
  writerSessions: number;
  writerQueueMs: number;
  /** Per statement, so that a large one fails by itself before the process has none left. */
  writerMemoryBytes: number;
  writerTextBytes: number;
  writerBodyBytes: number;
  writerResultBytes: number;
  /** Of readers, with a request in hand; and as many on which nothing is asked. */
  connections: number;
}

const gib = 1024 ** 3;
const mib = 1024 ** 2;

export const defaultReaders = 8;

/** Four readers at their limit leave a quarter of the memory to inserts, and one never takes more than 4 GiB. */
export function engineLimits(chosen: Partial<EngineLimits> = {}): EngineLimits {
  const readers = chosen.readers ?? defaultReaders;
  const memoryMib = chosen.memoryMib ?? defaultEngineMemoryMib();
  return {
    memoryMib,
    readers,
    readerQueue: 64,
    readerQueueMs: 10_000,
    readerExecutionSeconds: 30,
    readerGraceMs: 15_000,
    readerMemoryBytes: Math.min(4 * gib, Math.floor((memoryMib * mib * 3) / 4 / Math.min(readers, 4))),
    readerResultRows: 1_000_000,
    readerResultBytes: 256 * mib,
    readerAnswersBytes: Math.max(256, Math.floor(memoryMib / 8)) * mib,
    readerThreads: 2,
    readerTextBytes: 256 * 1024,
    insertSessions: 2,
    writerSessions: 4,
    writerQueueMs: 60_000,
    writerMemoryBytes: Math.floor((memoryMib * mib * 3) / 4),
    writerTextBytes: mib,
    writerBodyBytes: 256 * mib,
    writerResultBytes: 512 * mib,
    connections: 256,
    ...chosen,
  };
}

/** Threads of libuv's pool: one for each session that can be busy, one for control, four for Node itself. */
export function threadPoolSize(limits: EngineLimits): number {
  return limits.readers + limits.insertSessions + limits.writerSessions + 1 + 4;
}
