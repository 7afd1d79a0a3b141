/**
 * What has to be recomputed. Generations come from one counter that never goes back, so clearing with a value
 * read earlier can not clear a mark that was cleared and set again in between.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DirtyMark, DirtyTarget } from './contract/dirty-targets.ts';
import type { MetaValues } from './meta-values.ts';

export class DirtyMarks {
  readonly #meta: MetaValues;
  readonly #put: StatementSync;
  readonly #list: StatementSync;
  readonly #clear: StatementSync;

  constructor(database: DatabaseSync, meta: MetaValues) {
    this.#meta = meta;
    this.#put = database.prepare(
      `INSERT INTO dirty (kind, day, generation, since) VALUES (?, ?, ?, ?)
       ON CONFLICT (kind, day) DO UPDATE SET generation = excluded.generation`,
    );
    this.#list = database.prepare('SELECT kind, day, generation, since FROM dirty ORDER BY since, kind, day');
    this.#clear = database.prepare('DELETE FROM dirty WHERE kind = ? AND day = ? AND generation = ?');
  }

  /** Runs inside the caller's transaction. */
  mark(targets: readonly DirtyTarget[], now: number): void {
    if (targets.length === 0) return;
    const generation = this.#meta.counter('dirty_generation') + 1;
    this.#meta.setCounter('dirty_generation', generation);
    for (const target of targets) this.#put.run(target.kind, dayOf(target), generation, now);
  }

  list(): DirtyMark[] {
    return this.#list.all().map((row) => ({
      target:
        row.kind === 'inventory' ? { kind: 'inventory' } : { kind: 'usage-day', day: row.day as number },
      generation: row.generation as number,
      since: row.since as number,
    }));
  }

  clear(target: DirtyTarget, generation: number): void {
    this.#clear.run(target.kind, dayOf(target), generation);
  }
}

const dayOf = (target: DirtyTarget) => (target.kind === 'usage-day' ? target.day : 0);
