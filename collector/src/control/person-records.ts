/** What the control store itself holds of a person: records in quarantine, and rows of corrections. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export interface HeldOfPerson {
  quarantine: {
    number: number;
    reason: string;
    kind: string;
    deviceId: string;
    day: number | null;
    state: string;
  }[];
  corrections: { number: number; day: number; deviceId: string; executableNo: number }[];
}

export interface Forgotten {
  /** Of which open records are gone, days since 1970. */
  days: number[];
  /** Devices whose whole reports are gone, with the use of others that was in them. */
  reporters: string[];
}

export class PersonRecords {
  readonly #database: DatabaseSync;
  readonly #quarantine: StatementSync;
  readonly #corrections: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#quarantine = database.prepare(
      `SELECT number, reason, kind, device_id AS deviceId, day, state FROM quarantine WHERE user = ? ORDER BY number`,
    );
    this.#corrections = database.prepare(
      `SELECT number, day, device_id AS deviceId, executable_no AS executableNo FROM correction_rows WHERE user = ? ORDER BY number`,
    );
  }

  held(person: Uint8Array): HeldOfPerson {
    return {
      quarantine: this.#quarantine.all(person) as unknown as HeldOfPerson['quarantine'],
      corrections: this.#corrections.all(person) as unknown as HeldOfPerson['corrections'],
    };
  }

  /** Runs inside the caller's transaction. Whose use is in a whole report is not known without reading it. */
  forget(person: Uint8Array, deviceIds: readonly string[]): Forgotten {
    const days = this.#database
      .prepare("SELECT DISTINCT day FROM quarantine WHERE user = ? AND day IS NOT NULL AND state = 'open'")
      .all(person)
      .map((row) => row.day as number);
    // What became of them says on which day it was, and with which program.
    this.#database
      .prepare(
        'DELETE FROM quarantine_outcomes WHERE number IN (SELECT number FROM quarantine WHERE user = ?)',
      )
      .run(person);
    this.#database.prepare('DELETE FROM quarantine WHERE user = ?').run(person);
    this.#forgetOperations(person);
    const whole = this.#database.prepare("DELETE FROM quarantine WHERE device_id = ? AND kind = 'report'");
    const reporters = deviceIds.filter((deviceId) => whole.run(deviceId).changes > 0);
    this.#database.prepare('DELETE FROM correction_rows WHERE user = ?').run(person);
    return { days, reporters };
  }

  /** Corrections that were asked for may name the person, and so may answers that say which users there are. */
  #forgetOperations(person: Uint8Array): void {
    this.#database
      .prepare(
        'DELETE FROM operations WHERE finished_at IS NOT NULL AND (instr(request, ?1) > 0 OR instr(result, ?1) > 0)',
      )
      .run(Buffer.from(person).toString('hex'));
  }
}
