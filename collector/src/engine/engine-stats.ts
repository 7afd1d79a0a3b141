import type { LockOutsReport } from './read/lock-outs.ts';

/** What the collector scrapes from `GET /engine/stats`; counters since the process started. */
export interface EngineStats {
  running: number;
  queued: number;
  queries: number;
  inserts: number;
  insertedRows: number;
  insertedBytes: number;
  resultBytes: number;
  errors: number;
  killed: number;
  /** Answers that whoever asked did not take in time. */
  untaken: number;
  /** Refusals by error name (ACCESS_DENIED, AUTHENTICATION_FAILED, READONLY, ...). */
  refused: Record<string, number>;
}

/** As told from outside: what is counted, and what is kept beyond the process. */
export interface EngineSnapshot extends EngineStats {
  lockOuts: LockOutsReport;
}

export function emptyStats(): EngineStats {
  return {
    running: 0,
    queued: 0,
    queries: 0,
    inserts: 0,
    insertedRows: 0,
    insertedBytes: 0,
    resultBytes: 0,
    errors: 0,
    killed: 0,
    untaken: 0,
    refused: {},
  };
}

/** The names are our own closed list, so this cannot grow with what strangers send. */
export function countRefusal(stats: EngineStats, codeName: string): void {
  stats.refused[codeName] = (stats.refused[codeName] ?? 0) + 1;
}
