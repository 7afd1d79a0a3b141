/** Dense numbers for epochs: 16 random bytes of an agent become 4 bytes in every row of the engine. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { BoundedCache } from './bounded-cache.ts';
import { inTransaction } from './control-database.ts';
import type { EpochRow } from './control-store.ts';

const CACHED_EPOCHS = 100_000;

export class EpochNumbers {
  readonly #database: DatabaseSync;
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #known = new BoundedCache<string, EpochRow>(CACHED_EPOCHS);

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#find = database.prepare(
      'SELECT epoch_no, parent_epoch_no, opened_at FROM epochs WHERE device_id = ? AND epoch_id = ?',
    );
    this.#insert = database.prepare(
      'INSERT INTO epochs (device_id, epoch_id, parent_epoch_no, opened_at) VALUES (?, ?, ?, ?)',
    );
  }

  /** What is remembered may be of a transaction that did not happen. */
  forget(): void {
    this.#known.clear();
  }

  /**
   * The row of this epoch, opened at first sight. A parent counts only when it is an epoch of the same device:
   * a device can name any 16 bytes, and must not attach itself to another's history.
   */
  open(
    deviceId: string,
    epochId: Uint8Array,
    parentEpochId: Uint8Array | undefined,
    now: number,
  ): EpochRow & { created: boolean } {
    const key = `${deviceId}/${Buffer.from(epochId).toString('hex')}`;
    const cached = this.#known.get(key);
    if (cached) return { ...cached, created: false };
    const stored = this.#read(deviceId, epochId);
    if (stored) {
      this.#known.set(key, stored);
      return { ...stored, created: false };
    }
    const row = inTransaction(this.#database, () => this.#create(deviceId, epochId, parentEpochId, now));
    this.#known.set(key, row);
    return { ...row, created: true };
  }

  #create(
    deviceId: string,
    epochId: Uint8Array,
    parentEpochId: Uint8Array | undefined,
    now: number,
  ): EpochRow {
    const parent = parentEpochId && this.#read(deviceId, parentEpochId);
    const made = this.#insert.run(deviceId, epochId, parent?.epochNo ?? null, now);
    return {
      epochNo: Number(made.lastInsertRowid),
      deviceId,
      epochId: Uint8Array.from(epochId),
      parentEpochNo: parent?.epochNo,
      openedAt: now,
    };
  }

  #read(deviceId: string, epochId: Uint8Array): EpochRow | undefined {
    const row = this.#find.get(deviceId, epochId);
    if (!row) return undefined;
    return {
      epochNo: row.epoch_no as number,
      deviceId,
      epochId: Uint8Array.from(epochId),
      parentEpochNo: (row.parent_epoch_no as number | null) ?? undefined,
      openedAt: row.opened_at as number,
    };
  }
}
