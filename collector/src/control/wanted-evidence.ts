/**
 * Which evidence is missing and who has the file. Several devices per id, because the first may go away before
 * it answers; a few are enough, because one answer serves the whole fleet.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ExecutableId } from '@fleetmeter/proto';
import { BoundedCache } from './bounded-cache.ts';

export const DEVICES_PER_EXECUTABLE = 3;
/** Executables of which it is remembered how many devices are noted; about 100 bytes each. */
const REMEMBERED = 200_000;

export class WantedEvidence {
  readonly #count: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #fromDevice: StatementSync;
  /** Devices noted by executable. In a first inventory thousands of devices name the same thousands. */
  readonly #noted = new BoundedCache<ExecutableId, number>(REMEMBERED);
  /** Devices that may have any. */
  readonly #devices: Set<string>;

  constructor(database: DatabaseSync) {
    this.#count = database.prepare('SELECT count(*) AS n FROM evidence_wanted WHERE executable_id = ?');
    this.#insert = database.prepare(
      'INSERT OR IGNORE INTO evidence_wanted (executable_id, device_id) VALUES (?, ?)',
    );
    this.#delete = database.prepare('DELETE FROM evidence_wanted WHERE executable_id = ?');
    this.#fromDevice = database.prepare(
      'SELECT executable_id FROM evidence_wanted WHERE device_id = ? ORDER BY executable_id LIMIT ?',
    );
    const devices = database.prepare('SELECT DISTINCT device_id FROM evidence_wanted').all();
    this.#devices = new Set(devices.map((row) => row.device_id as string));
  }

  /** Runs inside the caller's transaction. */
  want(executableId: ExecutableId, deviceId: string): void {
    const noted = this.#noted.get(executableId) ?? (this.#count.get(executableId)?.n as number);
    if (noted >= DEVICES_PER_EXECUTABLE) {
      this.#noted.set(executableId, noted);
      return;
    }
    this.#noted.set(executableId, noted + Number(this.#insert.run(executableId, deviceId).changes));
    this.#devices.add(deviceId);
  }

  /** Runs inside the caller's transaction. */
  satisfied(executableId: ExecutableId): void {
    this.#delete.run(executableId);
    this.#noted.delete(executableId);
  }

  /** What is remembered may be of a transaction that did not happen. */
  forget(): void {
    this.#noted.clear();
  }

  from(deviceId: string, limit: number): ExecutableId[] {
    if (!this.#devices.has(deviceId)) return [];
    const wanted = this.#fromDevice.all(deviceId, limit).map((row) => row.executable_id as string);
    if (wanted.length === 0) this.#devices.delete(deviceId);
    return wanted;
  }
}
