/** Which days' time in front may be told: what is too little to be told at once waits until its day is over. */
import { isKnownAtClose } from '../usage/attention-sum.ts';
import type { StateDatabase } from './state-database.ts';

/** As the index of it has it. */
const UNTOLD = 'front_seconds IS NOT foreground_seconds';

export class ForegroundTable {
  readonly #database: StateDatabase;
  /** Days before this one are over; undefined: that was not looked at since the agent started. */
  #closedBefore: number | undefined;
  /** Of a closed day more was written. */
  #isNew = false;

  constructor(database: StateDatabase) {
    this.#database = database;
  }

  isClosed(day: number): boolean {
    return this.#closedBefore !== undefined && day < this.#closedBefore;
  }

  /** A row of this day was written. */
  wrote(day: number): void {
    if (this.isClosed(day)) this.#isNew = true;
  }

  /**
   * What is known of days before `today`, over all their runs, may be told from now on; `nextChange` gives the counter values that make it due.
   * Of what is not known of too much of a day nothing ever is.
   */
  close(today: number, nextChange: () => number): void {
    if (this.#closedBefore === today && !this.#isNew) return;
    const groups = this.#database
      .sql(
        `SELECT day, executable_id, user, sum(coalesce(front_seconds, 0)) AS front, sum(front_unknown_seconds) AS unknown
         FROM usage
         WHERE (day, executable_id, user) IN (SELECT day, executable_id, user FROM usage WHERE day < ? AND ${UNTOLD})
         GROUP BY day, executable_id, user`,
      )
      .all(today) as { day: number; executable_id: string; user: string; [sum: string]: number | string }[];
    for (const { day, executable_id, user, front, unknown } of groups) {
      if (!isKnownAtClose({ frontSeconds: Number(front), frontUnknownSeconds: Number(unknown) })) continue;
      this.#database
        .sql(
          `UPDATE usage SET foreground_seconds = front_seconds, changed = ?, settled_on = 0
           WHERE day = ? AND executable_id = ? AND user = ? AND ${UNTOLD}`,
        )
        .run(nextChange(), day, executable_id, user);
    }
    this.#closedBefore = today;
    this.#isNew = false;
  }
}
