/**
 * When epochs spoke that a newer epoch of their device had superseded. One machine that was put back leaves an epoch
 * for good; an epoch that goes on beside its successor is another machine. Few devices are in here, so all are kept
 * in memory.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** The newest report of an epoch that came although a newer epoch had superseded it. */
export interface Speech {
  epochNo: number;
  sequence: number;
  /** Milliseconds since 1970 when it was received. */
  at: number;
  /** The device's newest epoch then. */
  newestEpochNo: number;
  /** The first that came while that epoch was the newest. */
  firstSequence: number;
}

/** Rows kept, the oldest going first; about 200 bytes each. */
const MOST_ROWS = 50_000;

export class SupersededSpeech {
  readonly #put: StatementSync;
  readonly #trim: StatementSync;
  readonly #read: StatementSync;
  readonly #mostRows: number;
  #spoke: Map<string, Speech[]> | undefined;

  constructor(database: DatabaseSync, mostRows = MOST_ROWS) {
    this.#mostRows = mostRows;
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO superseded_speech (epoch_no, sequence, at, newest_epoch_no, first_sequence)
       VALUES (?, ?, ?, ?, ?)`,
    );
    this.#trim = database.prepare(
      `DELETE FROM superseded_speech WHERE epoch_no IN
       (SELECT epoch_no FROM superseded_speech ORDER BY at DESC, epoch_no DESC LIMIT -1 OFFSET ?)`,
    );
    this.#read = database.prepare(
      `SELECT owner_device_id, epoch_no, sequence, at, newest_epoch_no, first_sequence
       FROM superseded_speech JOIN epochs USING (epoch_no)`,
    );
  }

  note(speeches: readonly Speech[]): void {
    if (speeches.length === 0) return;
    for (const { epochNo, sequence, at, newestEpochNo, firstSequence } of speeches)
      this.#put.run(epochNo, sequence, at, newestEpochNo, firstSequence);
    this.#trim.run(this.#mostRows);
    this.forget();
  }

  /** By epochs of the device. */
  of(deviceId: string): readonly Speech[] {
    return this.#load().get(deviceId) ?? [];
  }

  /** What is remembered may be of a transaction that did not happen, or of before an epoch moved. */
  forget(): void {
    this.#spoke = undefined;
  }

  #load(): Map<string, Speech[]> {
    if (this.#spoke) return this.#spoke;
    this.#spoke = new Map();
    for (const row of this.#read.iterate()) {
      const device = row.owner_device_id as string;
      const speeches = this.#spoke.get(device) ?? [];
      speeches.push({
        epochNo: row.epoch_no as number,
        sequence: row.sequence as number,
        at: row.at as number,
        newestEpochNo: row.newest_epoch_no as number,
        firstSequence: row.first_sequence as number,
      });
      this.#spoke.set(device, speeches);
    }
    return this.#spoke;
  }
}
