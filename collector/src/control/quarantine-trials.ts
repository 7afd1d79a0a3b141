/**
 * Questions what a decision would do, and their answers: asked by the command line, answered by the running collector,
 * which alone has the engine.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { QuarantineAction } from './contract/quarantine-decision.ts';
import type { QuarantineFilter } from './quarantine-filter.ts';

export interface TrialQuestion {
  trial: number;
  filter: QuarantineFilter;
  action: QuarantineAction;
  /** JSON of a Transformation; '' for none. */
  transformation: string;
}

/** What a trial said is of no use for longer. */
const KEPT_MS = 3_600_000;

export class QuarantineTrials {
  readonly #ask: StatementSync;
  readonly #next: StatementSync;
  readonly #answer: StatementSync;
  readonly #read: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: DatabaseSync) {
    this.#ask = database.prepare(
      'INSERT INTO quarantine_trials (selection, transformation, asked_at) VALUES (?, ?, ?)',
    );
    this.#next = database.prepare(
      'SELECT * FROM quarantine_trials WHERE answer IS NULL AND asked_at >= ? ORDER BY trial LIMIT 1',
    );
    this.#answer = database.prepare('UPDATE quarantine_trials SET answer = ? WHERE trial = ?');
    this.#read = database.prepare('SELECT answer FROM quarantine_trials WHERE trial = ?');
    this.#forget = database.prepare('DELETE FROM quarantine_trials WHERE asked_at < ?');
  }

  /** `now` in milliseconds since 1970. */
  ask({ filter, action, transformation }: Omit<TrialQuestion, 'trial'>, now: number): number {
    this.forget(now);
    const { lastInsertRowid } = this.#ask.run(JSON.stringify({ filter, action }), transformation, now);
    return Number(lastInsertRowid);
  }

  /** Questions and answers that nobody waits for any more. */
  forget(now: number): void {
    this.#forget.run(now - KEPT_MS);
  }

  /** The oldest one that was not answered. */
  next(now: number): TrialQuestion | undefined {
    const row = this.#next.get(now - KEPT_MS);
    if (!row) return undefined;
    const { filter, action } = JSON.parse(row.selection as string) as Pick<
      TrialQuestion,
      'filter' | 'action'
    >;
    return { trial: row.trial as number, filter, action, transformation: row.transformation as string };
  }

  answer(trial: number, answer: string): void {
    this.#answer.run(answer, trial);
  }

  /** JSON; undefined until it is answered. */
  read(trial: number): string | undefined {
    return (this.#read.get(trial)?.answer as string | null | undefined) ?? undefined;
  }
}
