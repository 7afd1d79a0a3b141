/**
 * A baseline on its way in parts: the inventory as it was when the first part was composed. What changes meanwhile
 * follows as a change to it. Callers open the transactions; OutboxTable.wantBaseline and openEpoch give it up.
 */
import { digestFromParts, digestSumBytes, type InventoryDigest } from '@fleetmeter/proto';
import type { BaselinePart } from '../delta/baseline-parts.ts';
import type { StateDatabase } from './state-database.ts';

/** What the last part's acknowledgement acknowledges. */
export interface FrozenInventory {
  digest: InventoryDigest;
  /** See InventoryState.touchCounter. */
  touch: number;
}

export class BaselineTable {
  readonly #database: StateDatabase;
  constructor(database: StateDatabase) {
    this.#database = database;
  }

  /** Takes the place of any that was on its way. */
  begin({ digest, touch }: FrozenInventory, lists: readonly Uint8Array[]): void {
    this.clear();
    this.#database
      .sql('INSERT INTO baseline VALUES (1, ?, ?, ?, ?)')
      .run(lists.length, touch, digest.count, digestSumBytes(digest));
    const insert = this.#database.sql('INSERT INTO baseline_parts VALUES (?, ?)');
    for (const [part, ids] of lists.entries()) insert.run(part, ids);
  }

  /** True while parts have still to be composed. */
  underWay(): boolean {
    return this.#database.sql('SELECT 1 FROM baseline_parts LIMIT 1').get() !== undefined;
  }

  /** The next part leaves the table for the outbox. Undefined when none is on its way. */
  take(): (BaselinePart & { frozen: FrozenInventory }) | undefined {
    const row = this.#database.sql('SELECT * FROM baseline JOIN baseline_parts ORDER BY part LIMIT 1').get();
    if (!row) return undefined;
    this.#database.sql('DELETE FROM baseline_parts WHERE part = ?').run(row.part as number);
    const digest = digestFromParts(row.digest_count as number, row.digest_sum as Uint8Array);
    return {
      part: row.part as number,
      parts: row.parts as number,
      ids: row.ids as Uint8Array,
      frozen: { digest, touch: row.touch as number },
    };
  }

  clear(): void {
    for (const table of ['baseline', 'baseline_parts']) this.#database.sql(`DELETE FROM ${table}`).run();
  }
}
