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
}

/** Rows kept, the oldest going first; about 200 bytes each. */
const MOST_ROWS = 50_000;

export class SupersededSpeech {
  readonly #put: StatementSync;
  readonly #trim: StatementSync;
  readonly #read: StatementSync;
  readonly #mostRows: number;
  #rows = 0;
  #spoke: Map<string, Speech[]> | undefined;

  constructor(database: DatabaseSync, mostRows = MOST_ROWS) {
    this.#mostRows = mostRows;
    this.#put = database.prepare(
      'INSERT OR REPLACE INTO superseded_speech (epoch_no, sequence, at) VALUES (?, ?, ?)',
    );
    this.#trim = database.prepare(
      `DELETE FROM superseded_speech WHERE epoch_no IN
       (SELECT epoch_no FROM superseded_speech ORDER BY at DESC, epoch_no DESC LIMIT -1 OFFSET ?)`,
    );
    this.#read = database.prepare(
      'SELECT owner_device_id, epoch_no, sequence, at FROM superseded_speech JOIN epochs USING (epoch_no)',
    );
  }

  note({ epochNo, sequence, at }: Speech): void {
    this.#put.run(epochNo, sequence, at);
    this.forget();
    this.#load();
    if (this.#rows > this.#mostRows) {
      this.#trim.run(this.#mostRows);
      this.forget();
    }
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
    const rows = this.#read.all();
    this.#rows = rows.length;
    for (const row of rows) {
      const device = row.owner_device_id as string;
      const { epoch_no: epochNo, sequence, at } = row as { epoch_no: number; sequence: number; at: number };
      const speeches = this.#spoke.get(device) ?? [];
      speeches.push({ epochNo, sequence, at });
      this.#spoke.set(device, speeches);
    }
    return this.#spoke;
  }
}
