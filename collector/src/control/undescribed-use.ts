/**
 * Which days hold use of executables that nobody has described yet: when one is described its days change their
 * application. Asking the usage facts instead would read all of them. One row for each such executable and day.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export class UndescribedUse {
  readonly #insert: StatementSync;
  readonly #days: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      'INSERT OR IGNORE INTO undescribed_use (executable_no, day) VALUES (?, ?)',
    );
    this.#days = database.prepare('SELECT day FROM undescribed_use WHERE executable_no = ?');
    this.#delete = database.prepare('DELETE FROM undescribed_use WHERE executable_no = ?');
  }

  /** Runs inside the caller's transaction. */
  note(executableNo: number, day: number): void {
    this.#insert.run(executableNo, day);
  }

  daysOf(executableNos: readonly number[]): number[] {
    const rows = executableNos.flatMap((executableNo) => this.#days.all(executableNo));
    return [...new Set(rows.map((row) => row.day as number))];
  }

  /** Runs inside the caller's transaction. */
  described(executableNo: number): void {
    this.#delete.run(executableNo);
  }
}
