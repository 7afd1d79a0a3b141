/** What was listed as licensed by concurrency when a day was first metered: the order of that day's marks, for good. */
import type { StateDatabase } from './state-database.ts';

/** Around today; further days are kept while there is use of them. A clock that jumps makes no more of them than that. */
const DAYS_KEPT = 40;

export class SlotOrderTable {
  readonly #database: StateDatabase;
  constructor(database: StateDatabase) {
    this.#database = database;
  }

  /** To be asked in the transaction that writes rows of the day. */
  listedOn(day: number, now: readonly string[]): readonly string[] {
    const known = this.#database.sql('SELECT listed FROM slot_orders WHERE day = ?').get(day);
    if (known) return JSON.parse(known.listed as string) as string[];
    this.#database.sql('INSERT INTO slot_orders VALUES (?, ?)').run(day, JSON.stringify(now));
    return now;
  }

  prune(today: number): void {
    this.#database
      .sql('DELETE FROM slot_orders WHERE abs(day - ?) > ? AND day NOT IN (SELECT day FROM usage)')
      .run(today, DAYS_KEPT);
  }
}
