/**
 * Whether an administrator has stopped processing, and who did, when and why. A pause outlives the collector: it ends
 * when somebody ends it. What was paused once stays in the list. Beside it, how far processing was when the collector
 * last looked: the command line shows it, also when no collector is running.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { inTransaction, inUnsyncedTransaction } from './control-database.ts';
import type { MetaValues } from './meta-values.ts';

export interface ProcessingPause {
  number: number;
  /** '' when nobody said. */
  reason: string;
  pausedBy: string;
  /** Milliseconds since 1970. */
  pausedAt: number;
  resumedBy: string | undefined;
  resumedAt: number | undefined;
}

export interface ProcessingLag {
  /** When it was so, milliseconds since 1970. */
  at: number;
  /** Received and not processed. */
  records: number;
  /** Of their envelopes. */
  bytes: number;
  /** When the first of them was received, milliseconds since 1970; null when nothing waits. */
  oldestReceivedAt: number | null;
  /** Records a second over the last minute. */
  arrivingPerSecond: number;
  processedPerSecond: number;
  /** Records a second that processing does while it has work; null before any was seen. */
  capacityPerSecond: number | null;
  /**
   * Seconds until nothing waits, from now, or from the end of a pause; 0 when nothing does. Null: not known, or more
   * arrives than can be done.
   */
  catchUpSeconds: number | null;
}

export class ProcessingState {
  readonly #database: DatabaseSync;
  readonly #meta: MetaValues;
  readonly #current: StatementSync;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  readonly #list: StatementSync;

  constructor(database: DatabaseSync, meta: MetaValues) {
    this.#database = database;
    this.#meta = meta;
    this.#current = database.prepare('SELECT * FROM processing_pauses WHERE resumed_at IS NULL LIMIT 1');
    this.#begin = database.prepare(
      'INSERT INTO processing_pauses (reason, paused_by, paused_at) VALUES (?, ?, ?)',
    );
    this.#end = database.prepare(
      'UPDATE processing_pauses SET resumed_by = ?, resumed_at = ? WHERE number = ?',
    );
    this.#list = database.prepare('SELECT * FROM processing_pauses ORDER BY number DESC LIMIT ?');
  }

  /** The pause that holds now, as the file has it: another process may have written it. */
  current(): ProcessingPause | undefined {
    const row = this.#current.get();
    return row && pauseOf(row);
  }

  /** False when it is paused already: that pause stays as it is. */
  pause(reason: string, by: string, now: number): boolean {
    return inTransaction(this.#database, () => {
      if (this.#current.get()) return false;
      this.#begin.run(reason, by, now);
      return true;
    });
  }

  /** The pause that it ended; undefined when there was none. */
  resume(by: string, now: number): ProcessingPause | undefined {
    return inTransaction(this.#database, () => {
      const pause = this.current();
      if (pause) this.#end.run(by, now, pause.number);
      return pause;
    });
  }

  /** Newest first. */
  list(limit: number): ProcessingPause[] {
    return this.#list.all(limit).map(pauseOf);
  }

  /** As a running collector wrote it last; undefined before the first. */
  lag(): ProcessingLag | undefined {
    const text = this.#meta.text(LAG);
    return text === '' ? undefined : (JSON.parse(text) as ProcessingLag);
  }

  noteLag(lag: ProcessingLag): void {
    inUnsyncedTransaction(this.#database, () => this.#meta.setText(LAG, JSON.stringify(lag)));
  }
}

const LAG = 'processing_lag';

function pauseOf(row: Record<string, unknown>): ProcessingPause {
  return {
    number: row.number as number,
    reason: row.reason as string,
    pausedBy: row.paused_by as string,
    pausedAt: row.paused_at as number,
    resumedBy: (row.resumed_by as string | null) ?? undefined,
    resumedAt: (row.resumed_at as number | null) ?? undefined,
  };
}
