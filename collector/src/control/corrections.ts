/**
 * What administrators corrected: who, why, and the rows of a higher generation that say so. Only ever added to; what a
 * device did goes with the device when that is erased. The rows are here before the engine has them, so that a crash in
 * between repeats their writing and loses none.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export interface NewCorrection {
  /** Days since 1970, UTC. */
  day: number;
  /** 16 hex digits. */
  deviceId: string;
  /** What of the device: `application <id>` or `executable <id>`. */
  subject: string;
  reason: string;
  author: string;
  /** Milliseconds since 1970. */
  madeAt: number;
  /** The correction that it takes back. */
  undoes?: number | undefined;
  /** What was counted for the user and what is counted from now on, for people. */
  before: string;
  after: string;
  rows: readonly CorrectionRow[];
}

export interface CorrectionRow {
  executableNo: number;
  /** As in the tables, 16 bytes. */
  user: Uint8Array;
  /** The row of usage, as JSON with 64-bit numbers as text. */
  fact: string;
}

export interface Correction extends Omit<NewCorrection, 'rows'> {
  number: number;
  /** '' once the device is erased. */
  deviceId: string;
  /** The correction that takes it back. */
  undoneBy: number | undefined;
  /** The engine has its rows. */
  written: boolean;
}

export class Corrections {
  readonly #insert: StatementSync;
  readonly #insertRow: StatementSync;
  readonly #insertWaiting: StatementSync;
  readonly #waiting: StatementSync;
  readonly #written: StatementSync;
  readonly #list: StatementSync;
  readonly #get: StatementSync;
  readonly #rows: StatementSync;
  readonly #keys: StatementSync;
  /** By day: what was corrected of it. Nearly always empty. */
  #corrected = new Map<number, Set<string>>();

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      `INSERT INTO corrections (day, subject, reason, author, made_at, undoes, "before", "after")
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertRow = database.prepare(
      'INSERT INTO correction_rows (number, day, device_id, executable_no, user, fact) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#insertWaiting = database.prepare('INSERT INTO corrections_to_write (number) VALUES (?)');
    this.#waiting = database.prepare('SELECT number FROM corrections_to_write ORDER BY number');
    this.#written = database.prepare('DELETE FROM corrections_to_write WHERE number = ?');
    const columns = `corrections.*,
      coalesce((SELECT device_id FROM correction_rows WHERE correction_rows.number = corrections.number LIMIT 1), '') AS device_id,
      (SELECT undo.number FROM corrections AS undo WHERE undo.undoes = corrections.number LIMIT 1) AS undone_by,
      corrections.number NOT IN (SELECT number FROM corrections_to_write) AS written`;
    this.#list = database.prepare(`SELECT ${columns} FROM corrections ORDER BY number DESC LIMIT ?`);
    this.#get = database.prepare(`SELECT ${columns} FROM corrections WHERE number = ?`);
    this.#rows = database.prepare(
      'SELECT executable_no, user, fact FROM correction_rows WHERE number = ? ORDER BY rowid',
    );
    this.#keys = database.prepare('SELECT DISTINCT day, device_id, executable_no, user FROM correction_rows');
    this.reload();
  }

  /** Its number. What it says counts once its rows are written. Runs inside the caller's transaction; reload after it. */
  add(correction: NewCorrection): number {
    const { day, deviceId, subject, reason, author, madeAt, undoes, before, after, rows } = correction;
    const { lastInsertRowid } = this.#insert.run(
      ...([day, subject, reason, author, madeAt, undoes ?? null, before, after] as const),
    );
    for (const { executableNo, user, fact } of rows)
      this.#insertRow.run(lastInsertRowid, day, deviceId, executableNo, user, fact);
    this.#insertWaiting.run(lastInsertRowid);
    return Number(lastInsertRowid);
  }

  /** Numbers of those that the engine does not have yet, oldest first. */
  toWrite(): number[] {
    return this.#waiting.all().map((row) => row.number as number);
  }

  /** Runs inside the caller's transaction. */
  noteWritten(number: number): void {
    this.#written.run(number);
  }

  rowsOf(number: number): CorrectionRow[] {
    return this.#rows.all(number).map((row) => ({
      executableNo: row.executable_no as number,
      user: row.user as Uint8Array,
      fact: row.fact as string,
    }));
  }

  get(number: number): Correction | undefined {
    const row = this.#get.get(number);
    return row && correctionOf(row);
  }

  /** Newest first. */
  list(limit: number): Correction[] {
    return this.#list.all(limit).map(correctionOf);
  }

  /** Whether what a device says of this use is replaced, on the hot path. */
  isCorrected(day: number, deviceId: string, executableNo: number, user: Uint8Array): boolean {
    return this.#corrected.get(day)?.has(keyOf(deviceId, executableNo, user)) ?? false;
  }

  /** Puts memory in step with the file. */
  reload(): void {
    this.#corrected = new Map();
    for (const row of this.#keys.iterate()) {
      const day = row.day as number;
      const ofDay = this.#corrected.get(day) ?? new Set<string>();
      this.#corrected.set(day, ofDay);
      ofDay.add(keyOf(row.device_id as string, row.executable_no as number, row.user as Uint8Array));
    }
  }
}

const keyOf = (deviceId: string, executableNo: number, user: Uint8Array): string =>
  `${deviceId} ${executableNo} ${Buffer.from(user).toString('latin1')}`;

function correctionOf(row: Record<string, unknown>): Correction {
  return {
    number: row.number as number,
    day: row.day as number,
    deviceId: row.device_id as string,
    subject: row.subject as string,
    reason: row.reason as string,
    author: row.author as string,
    madeAt: row.made_at as number,
    undoes: (row.undoes as number | null) ?? undefined,
    undoneBy: (row.undone_by as number | null) ?? undefined,
    before: row.before as string,
    after: row.after as string,
    written: row.written === 1,
  };
}
