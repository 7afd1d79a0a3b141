/**
 * What an administrator asked the running collector to do, how far it is, and what came of it. Asked for by the command
 * line, in the same file; the collector looks several times a second. It survives a restart: what was begun goes on.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { inTransaction, inUnsyncedTransaction } from './control-database.ts';

export type OperationKind = 'audit' | 'rebuild' | 'correction';

/** `waiting` and `running` are open. `stopped`: by an administrator. */
export type OperationState = 'waiting' | 'running' | 'done' | 'failed' | 'stopped';

export interface Operation {
  number: number;
  kind: OperationKind;
  /** What exactly was asked for; its shape is that of the kind. */
  request: unknown;
  requestedBy: string;
  /** Milliseconds since 1970. */
  requestedAt: number;
  state: OperationState;
  /** Undefined before anything was done. */
  progress: unknown;
  /** Undefined while it is open. */
  result: unknown;
  finishedAt: number | undefined;
}

/** Finished ones that are remembered, of all kinds. */
const REMEMBERED = 1_000;

export class Operations {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #forget: StatementSync;
  readonly #oldestOpen: StatementSync;
  readonly #latest: StatementSync;
  readonly #get: StatementSync;
  readonly #advance: StatementSync;
  readonly #finish: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare(
      `INSERT INTO operations (kind, request, requested_by, requested_at, state, progress, result)
       VALUES (?, ?, ?, ?, 'waiting', '', '')`,
    );
    this.#forget = database.prepare(
      `DELETE FROM operations WHERE finished_at IS NOT NULL AND number <=
         (SELECT number FROM operations WHERE finished_at IS NOT NULL ORDER BY number DESC LIMIT 1 OFFSET ${REMEMBERED})`,
    );
    this.#oldestOpen = database.prepare(
      'SELECT * FROM operations WHERE kind = ? AND finished_at IS NULL ORDER BY number LIMIT 1',
    );
    this.#latest = database.prepare('SELECT * FROM operations WHERE kind = ? ORDER BY number DESC LIMIT 1');
    this.#get = database.prepare('SELECT * FROM operations WHERE number = ?');
    this.#advance = database.prepare(
      `UPDATE operations SET state = 'running', progress = ? WHERE number = ? AND finished_at IS NULL`,
    );
    this.#finish = database.prepare(
      'UPDATE operations SET state = ?, result = ?, finished_at = ? WHERE number = ? AND finished_at IS NULL',
    );
  }

  /** Its number. */
  request(kind: OperationKind, request: unknown, by: string, now: number): number {
    return inTransaction(this.#database, () => {
      this.#forget.run();
      return Number(this.#insert.run(kind, JSON.stringify(request), by, now).lastInsertRowid);
    });
  }

  /** The one to do next. */
  oldestOpen(kind: OperationKind): Operation | undefined {
    const row = this.#oldestOpen.get(kind);
    return row && operationOf(row);
  }

  latest(kind: OperationKind): Operation | undefined {
    const row = this.#latest.get(kind);
    return row && operationOf(row);
  }

  get(number: number): Operation | undefined {
    const row = this.#get.get(number);
    return row && operationOf(row);
  }

  /** False when somebody stopped it: then nothing more is to be done. A power cut may take it back: done again. */
  advance(number: number, progress: unknown): boolean {
    const { changes } = inUnsyncedTransaction(this.#database, () =>
      this.#advance.run(JSON.stringify(progress), number),
    );
    return changes > 0;
  }

  /** False when it was over already: that stays. */
  finish(number: number, state: 'done' | 'failed' | 'stopped', result: unknown, now: number): boolean {
    return this.#finish.run(state, JSON.stringify(result), now, number).changes > 0;
  }
}

function operationOf(row: Record<string, unknown>): Operation {
  return {
    number: row.number as number,
    kind: row.kind as OperationKind,
    request: JSON.parse(row.request as string),
    requestedBy: row.requested_by as string,
    requestedAt: row.requested_at as number,
    state: row.state as OperationState,
    progress: parsed(row.progress as string),
    result: parsed(row.result as string),
    finishedAt: (row.finished_at as number | null) ?? undefined,
  };
}

const parsed = (text: string): unknown => (text === '' ? undefined : JSON.parse(text));
