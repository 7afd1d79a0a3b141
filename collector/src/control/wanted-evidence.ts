/**
 * Which evidence is missing and who has the file. Several devices per id, because the first may go away before
 * it answers; a few are enough, because one answer serves the whole fleet.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ExecutableId } from '@fleetmeter/proto';
import { whenCommitted } from './control-database.ts';
import type { DeviceNews } from './device-news.ts';

export const DEVICES_PER_EXECUTABLE = 3;
/** In place of how many devices are noted: nobody looked yet. */
const UNKNOWN = 0xff;

export interface WantedExecutable {
  executableId: ExecutableId;
  executableNo: number;
  /** Who has the file. */
  deviceId: string;
}

export class WantedEvidence {
  readonly #database: DatabaseSync;
  readonly #news: DeviceNews;
  readonly #count: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  /** Devices noted, by executable number, a byte each. In a first inventory thousands of devices name the same thousands. */
  #noted = new Uint8Array(1 << 16).fill(UNKNOWN);

  constructor(database: DatabaseSync, news: DeviceNews) {
    this.#database = database;
    this.#news = news;
    this.#count = database.prepare('SELECT count(*) AS n FROM evidence_wanted WHERE executable_id = ?');
    this.#insert = database.prepare(
      'INSERT OR IGNORE INTO evidence_wanted (executable_id, device_id) VALUES (?, ?)',
    );
    this.#delete = database.prepare('DELETE FROM evidence_wanted WHERE executable_id = ?');
  }

  /** Nothing is gained by noting another device for this executable. */
  isNotedEnough(executableNo: number): boolean {
    const noted = this.#noted[executableNo] ?? UNKNOWN;
    return noted !== UNKNOWN && noted >= DEVICES_PER_EXECUTABLE;
  }

  /** Runs inside the caller's transaction. */
  want({ executableId, executableNo, deviceId }: WantedExecutable): void {
    const known = this.#noted[executableNo] ?? UNKNOWN;
    const noted = known === UNKNOWN ? (this.#count.get(executableId)?.n as number) : known;
    const isNew = noted < DEVICES_PER_EXECUTABLE && this.#insert.run(executableId, deviceId).changes > 0;
    if (isNew) whenCommitted(this.#database, () => this.#news.note(deviceId, 'evidence'));
    this.#note(executableNo, Math.min(noted + Number(isNew), DEVICES_PER_EXECUTABLE));
  }

  /** Runs inside the caller's transaction. */
  satisfied(executableId: ExecutableId, executableNo: number): void {
    this.#delete.run(executableId);
    this.#note(executableNo, 0);
  }

  /** What is remembered may be of a transaction that did not happen. */
  forget(): void {
    this.#noted.fill(UNKNOWN);
  }

  #note(executableNo: number, devices: number): void {
    if (executableNo >= this.#noted.length) {
      const larger = new Uint8Array(Math.max(executableNo + 1, this.#noted.length * 2)).fill(UNKNOWN);
      larger.set(this.#noted);
      this.#noted = larger;
    }
    this.#noted[executableNo] = devices;
  }
}
