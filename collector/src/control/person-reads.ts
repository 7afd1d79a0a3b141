/**
 * The log of what was asked about persons, refused or not. A reading is on stable storage before anything is asked, and
 * how it ended before anything is answered: each method returns after its commit was synced.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { inTransaction } from './control-database.ts';

/** `asked`: it is under way, or the collector ended before it was over. */
export type ReadOutcome = 'asked' | 'answered' | 'refused' | 'failed';

export interface PersonRead {
  number: number;
  /** Milliseconds since 1970. */
  at: number;
  /** Empty when the token is not known; its name too. */
  tokenId: string;
  name: string;
  reason: string;
  statement: string;
  outcome: ReadOutcome;
  /** Why it was refused or failed. */
  detail: string;
  rows: number;
  bytes: number;
  finishedAt: number | undefined;
}

/** Days that readings are kept; the triggers of the table keep them for a day less, whatever is asked for. */
export const READS_KEPT_DAYS = 400;
const MS_A_DAY = 86_400_000;

export class PersonReads {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #finish: StatementSync;
  readonly #list: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#begin = database.prepare(
      `INSERT INTO person_reads (at, token_id, name, reason, statement, outcome, detail, rows, bytes, finished_at)
       VALUES (?, ?, ?, ?, ?, 'asked', '', 0, 0, NULL)`,
    );
    this.#finish = database.prepare(
      'UPDATE person_reads SET outcome = ?, detail = ?, rows = ?, bytes = ?, finished_at = ? WHERE number = ?',
    );
    this.#list = database.prepare('SELECT * FROM person_reads WHERE number < ? ORDER BY number DESC LIMIT ?');
    this.#forget = database.prepare('DELETE FROM person_reads WHERE at < ?');
  }

  /** Returns its number. What is older than it is kept goes on this occasion. */
  begin(read: Pick<PersonRead, 'at' | 'tokenId' | 'name' | 'reason' | 'statement'>): number {
    return inTransaction(this.#database, () => {
      this.#forget.run(read.at - READS_KEPT_DAYS * MS_A_DAY);
      const { lastInsertRowid } = this.#begin.run(
        read.at,
        read.tokenId,
        read.name,
        read.reason,
        read.statement,
      );
      return Number(lastInsertRowid);
    });
  }

  finish(
    number: number,
    end: { outcome: Exclude<ReadOutcome, 'asked'>; detail?: string; rows?: number; bytes?: number },
    now: number,
  ): void {
    const { outcome, detail = '', rows = 0, bytes = 0 } = end;
    inTransaction(this.#database, () => this.#finish.run(outcome, detail, rows, bytes, now, number));
  }

  /** Newest first, below a number. */
  list(limit: number, below = Number.MAX_SAFE_INTEGER): PersonRead[] {
    return this.#list.all(below, limit).map((row) => ({
      number: row.number as number,
      at: row.at as number,
      tokenId: row.token_id as string,
      name: row.name as string,
      reason: row.reason as string,
      statement: row.statement as string,
      outcome: row.outcome as ReadOutcome,
      detail: row.detail as string,
      rows: row.rows as number,
      bytes: row.bytes as number,
      finishedAt: (row.finished_at as number | null) ?? undefined,
    }));
  }
}
