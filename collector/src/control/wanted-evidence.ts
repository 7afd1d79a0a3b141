/**
 * Which evidence is missing and who has the file. Several devices per id, because the first may go away before
 * it answers; a few are enough, because one answer serves the whole fleet.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ExecutableId } from '@fleetmeter/proto';

export const DEVICES_PER_EXECUTABLE = 8;

export class WantedEvidence {
  readonly #count: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #fromDevice: StatementSync;

  constructor(database: DatabaseSync) {
    this.#count = database.prepare('SELECT count(*) AS n FROM evidence_wanted WHERE executable_id = ?');
    this.#insert = database.prepare(
      'INSERT OR IGNORE INTO evidence_wanted (executable_id, device_id) VALUES (?, ?)',
    );
    this.#delete = database.prepare('DELETE FROM evidence_wanted WHERE executable_id = ?');
    this.#fromDevice = database.prepare(
      'SELECT executable_id FROM evidence_wanted WHERE device_id = ? ORDER BY executable_id LIMIT ?',
    );
  }

  /** Runs inside the caller's transaction. */
  want(executableId: ExecutableId, deviceId: string): void {
    const devices = this.#count.get(executableId)?.n as number;
    if (devices < DEVICES_PER_EXECUTABLE) this.#insert.run(executableId, deviceId);
  }

  /** Runs inside the caller's transaction. */
  satisfied(executableId: ExecutableId): void {
    this.#delete.run(executableId);
  }

  from(deviceId: string, limit: number): ExecutableId[] {
    return this.#fromDevice.all(deviceId, limit).map((row) => row.executable_id as string);
  }
}
