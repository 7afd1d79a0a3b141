/**
 * Persons that are not to be kept. Asking for it is one commit, carried out by the running collector step by step, so
 * that a crash repeats a step and forgets none. What stays says that somebody was erased, when, by whom and why, and not who.
 */
import type { KeyObject } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ErasurePhase } from './erasures.ts';
import { tombstoneOf } from './person-pseudonym.ts';

export interface PersonErasure {
  number: number;
  /** As in the tables, 16 bytes; undefined once it is done. */
  person: Uint8Array | undefined;
  phase: ErasurePhase;
  /** What is done of the phase, for people. */
  progress: string;
  reason: string;
  requestedBy: string;
  /** Milliseconds since 1970. */
  requestedAt: number;
  finishedAt: number | undefined;
  /** Devices on which anything was found, 16 hex digits. */
  devices: string[];
  epochs: number[];
  /** Days since 1970, UTC, on which there was use. */
  days: number[];
  /** Rows of use that were deleted. */
  rows: number;
  /** When its days were marked; 0 before. */
  markedAt: number;
}

export class PersonErasures {
  readonly #userKey: KeyObject;
  readonly #request: StatementSync;
  readonly #byTombstone: StatementSync;
  readonly #open: StatementSync;
  readonly #list: StatementSync;
  readonly #get: StatementSync;
  readonly #step: StatementSync;
  readonly #known: StatementSync;
  readonly #noteDevice: StatementSync;
  #tombstones = new Set<string>();
  #devices = new Set<string>();

  constructor(database: DatabaseSync, userKey: KeyObject) {
    this.#userKey = userKey;
    this.#request = database.prepare(
      `INSERT INTO person_erasures (tombstone, person, devices, epochs, days, reason, requested_by, requested_at, phase, progress, rows, marked_at)
       VALUES (?, ?, '[]', '[]', '[]', ?, ?, ?, 'requested', '', 0, 0)
       ON CONFLICT (tombstone) DO UPDATE SET person = excluded.person, reason = excluded.reason, requested_by = excluded.requested_by,
         requested_at = excluded.requested_at, phase = 'requested', progress = '', finished_at = NULL
       WHERE phase = 'done'`,
    );
    this.#byTombstone = database.prepare('SELECT * FROM person_erasures WHERE tombstone = ?');
    this.#open = database.prepare(
      // Those that only wait for totals, which may take a day, come behind those of whom there are rows.
      `SELECT * FROM person_erasures WHERE finished_at IS NULL ORDER BY phase = 'deriving', number LIMIT ?`,
    );
    this.#list = database.prepare('SELECT * FROM person_erasures ORDER BY number DESC LIMIT ?');
    this.#get = database.prepare('SELECT * FROM person_erasures WHERE number = ?');
    this.#step = database.prepare(
      `UPDATE person_erasures SET person = ?, devices = ?, epochs = ?, days = ?, phase = ?, progress = ?, rows = ?, marked_at = ?,
         finished_at = ? WHERE number = ?`,
    );
    this.#known = database.prepare('SELECT tombstone, devices FROM person_erasures');
    this.#noteDevice = database.prepare(
      `UPDATE person_erasures SET devices = json_insert(devices, '$[#]', ?) WHERE tombstone = ?`,
    );
    this.reload();
  }

  /** Asking again is harmless, and does it again where it was done: tables may have been put back since. It keeps its number. */
  request(person: Uint8Array, reason: string, requestedBy: string, now: number): number {
    const tombstone = tombstoneOf(this.#userKey, person);
    this.#request.run(tombstone, person, reason, requestedBy, now);
    return this.#byTombstone.get(tombstone)?.number as number;
  }

  /** As of the last reload: no look at the file, so that every report can be asked about. */
  isErased(person: Uint8Array): boolean {
    if (this.#tombstones.size === 0) return false;
    return this.#tombstones.has(hex(tombstoneOf(this.#userKey, person)));
  }

  /** Use of the person came from this device: what it says of whole days sums that from now on. */
  noteDevice(person: Uint8Array, deviceId: string): void {
    if (this.#devices.has(deviceId)) return;
    this.#noteDevice.run(deviceId, tombstoneOf(this.#userKey, person));
    this.#devices.add(deviceId);
  }

  /** As of the last reload. What such a device says of whole days is more than is kept of them. */
  hasErased(deviceId: string): boolean {
    return this.#devices.has(deviceId);
  }

  /** After it, no range of the stream that begins takes anything of persons that were erased before. */
  reload(): void {
    const rows = this.#known.all();
    this.#tombstones = new Set(rows.map((row) => hex(row.tombstone as Uint8Array)));
    this.#devices = new Set(rows.flatMap((row) => JSON.parse(row.devices as string) as string[]));
  }

  /** Not done yet, oldest first; of those that wait for totals the same, behind all others. */
  open(limit: number): PersonErasure[] {
    return this.#open.all(limit).map(erasureOf);
  }

  /** Newest first. */
  list(limit: number): PersonErasure[] {
    return this.#list.all(limit).map(erasureOf);
  }

  get(number: number): PersonErasure | undefined {
    const row = this.#get.get(number);
    return row && erasureOf(row);
  }

  step(erasure: PersonErasure): void {
    const { number, person, epochs, days, phase, progress, rows, markedAt, finishedAt } = erasure;
    // Devices of reports that came since it was read are noted beside it.
    const devices = [...new Set([...(this.get(number)?.devices ?? []), ...erasure.devices])];
    const lists = [devices, epochs, days].map((list) => JSON.stringify(list));
    this.#step.run(person ?? null, ...lists, phase, progress, rows, markedAt, finishedAt ?? null, number);
    this.reload();
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function erasureOf(row: Record<string, unknown>): PersonErasure {
  return {
    number: row.number as number,
    person: (row.person as Uint8Array | null) ?? undefined,
    phase: row.phase as ErasurePhase,
    progress: row.progress as string,
    reason: row.reason as string,
    requestedBy: row.requested_by as string,
    requestedAt: row.requested_at as number,
    finishedAt: (row.finished_at as number | null) ?? undefined,
    devices: JSON.parse(row.devices as string) as string[],
    epochs: JSON.parse(row.epochs as string) as number[],
    days: JSON.parse(row.days as string) as number[],
    rows: row.rows as number,
    markedAt: row.marked_at as number,
  };
}
