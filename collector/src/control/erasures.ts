/**
 * Devices that are not to be kept. Asking for it puts the device out at once and for ever; what it left is deleted by
 * the running collector, step by step, so that a crash repeats a step and forgets none.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { inTransaction } from './control-database.ts';

/**
 * `requested`: its key is refused. `deleting`: the days it touches are noted, its rows are being deleted.
 * `deriving`: no row of it is left, and the totals of its days wait to be derived again. `done`: nothing shows it.
 */
export type ErasurePhase = 'requested' | 'deleting' | 'deriving' | 'done';

export interface Erasure {
  deviceId: string;
  phase: ErasurePhase;
  /** What is done of the phase, for people. */
  progress: string;
  /** Milliseconds since 1970. */
  requestedAt: number;
  /** When its days were marked; 0 before. */
  markedAt: number;
  /** Days since 1970, UTC, on which it was used or observed. */
  days: number[];
}

/** Of the control store, everything that a device said or was asked; `?` is its id. */
const FORGOTTEN = [
  'DELETE FROM directives WHERE device_id = ?',
  'DELETE FROM quarantine WHERE device_id = ?',
  // What a copy sent under the identity of another.
  'DELETE FROM quarantine WHERE epoch_no IN (SELECT epoch_no FROM epochs WHERE owner_device_id = ?)',
  'DELETE FROM quarantine_outcomes WHERE device_id = ?',
  'DELETE FROM device_names WHERE device_id = ?',
  'DELETE FROM audit_requests WHERE device_id = ?',
  'DELETE FROM corrections_to_write WHERE number IN (SELECT number FROM correction_rows WHERE device_id = ?)',
  'DELETE FROM correction_rows WHERE device_id = ?',
  'DELETE FROM evidence_wanted WHERE device_id = ?',
  'DELETE FROM superseded_speech WHERE epoch_no IN (SELECT epoch_no FROM epochs WHERE owner_device_id = ?)',
  "UPDATE devices SET group_name = '', agent_version = '' WHERE device_id = ?",
];

export class Erasures {
  readonly #database: DatabaseSync;
  readonly #revoke: StatementSync;
  readonly #mark: StatementSync;
  readonly #request: StatementSync;
  readonly #open: StatementSync;
  readonly #get: StatementSync;
  readonly #step: StatementSync;
  readonly #isErased: StatementSync;
  readonly #erased: StatementSync;
  readonly #epochs: StatementSync;
  /** As this process knows it: reports of these are dropped. */
  #known = new Set<string>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    // Revoking is what a running collector notices within a moment.
    this.#revoke = database.prepare(
      'UPDATE devices SET revoked_at = coalesce(revoked_at, ?) WHERE device_id = ? RETURNING device_id',
    );
    this.#mark = database.prepare(
      `INSERT INTO device_lives (device_id, erased_at) VALUES (?, ?)
       ON CONFLICT (device_id) DO UPDATE SET erased_at = coalesce(erased_at, excluded.erased_at),
         superseded_by = NULL, superseded_at = NULL`,
    );
    this.#request = database.prepare(
      `INSERT OR IGNORE INTO erasures (device_id, phase, progress, requested_at, marked_at, days)
       VALUES (?, 'requested', '', ?, 0, '[]')`,
    );
    this.#open = database.prepare(
      "SELECT * FROM erasures WHERE phase != 'done' ORDER BY phase = 'deriving', requested_at LIMIT ?",
    );
    this.#get = database.prepare('SELECT * FROM erasures WHERE device_id = ?');
    this.#step = database.prepare(
      'UPDATE erasures SET phase = ?, progress = ?, marked_at = ?, days = ? WHERE device_id = ?',
    );
    this.#isErased = database.prepare(
      'SELECT 1 FROM device_lives WHERE device_id = ? AND erased_at IS NOT NULL',
    );
    this.#erased = database.prepare('SELECT device_id FROM device_lives WHERE erased_at IS NOT NULL');
    this.#epochs = database.prepare(
      'SELECT epoch_no FROM epochs WHERE owner_device_id = ? ORDER BY epoch_no',
    );
    this.reload();
  }

  /** Closes all its epochs for ever. Asking again is harmless. False when there is no such device. */
  request(deviceId: string, now: number): boolean {
    return inTransaction(this.#database, () => {
      if (!this.#revoke.get(now, deviceId)) return false;
      this.#mark.run(deviceId, now);
      this.#request.run(deviceId, now);
      return true;
    });
  }

  /** As the file has it now, also when another process wrote it. */
  isErased(deviceId: string): boolean {
    return this.#isErased.get(deviceId) !== undefined;
  }

  /** As of the last reload: no look at the file, so that every report can be asked about. */
  isClosed(ownerDeviceId: string): boolean {
    return this.#known.has(ownerDeviceId);
  }

  /** After it, no range of the stream that begins takes anything of devices that were erased before. */
  reload(): void {
    this.#known = new Set(this.#erased.all().map((row) => row.device_id as string));
  }

  /** Not done yet, oldest first; those that only wait for totals last, so that they keep nobody's rows from being deleted. */
  open(limit: number): Erasure[] {
    return this.#open.all(limit).map(erasureOf);
  }

  get(deviceId: string): Erasure | undefined {
    const row = this.#get.get(deviceId);
    return row && erasureOf(row);
  }

  step(erasure: Erasure): void {
    const { deviceId, phase, progress, markedAt, days } = erasure;
    this.#step.run(phase, progress, markedAt, JSON.stringify(days), deviceId);
  }

  /** Numbers of its epochs. They stay known, so that nothing can come back under them. */
  epochsOf(deviceId: string): number[] {
    return this.#epochs.all(deviceId).map((row) => row.epoch_no as number);
  }

  /** Runs inside the caller's transaction. */
  forget(deviceId: string): void {
    for (const sql of FORGOTTEN) this.#database.prepare(sql).run(deviceId);
  }
}

function erasureOf(row: Record<string, unknown>): Erasure {
  return {
    deviceId: row.device_id as string,
    phase: row.phase as ErasurePhase,
    progress: row.progress as string,
    requestedAt: row.requested_at as number,
    markedAt: row.marked_at as number,
    days: JSON.parse(row.days as string) as number[],
  };
}
