/**
 * Dense numbers for epochs: 16 random bytes of an agent become 4 bytes in every row of the engine. An epoch is found
 * by who sends it and belongs to a device, which is another one once its sender was proven to be a copy.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { BoundedCache } from './bounded-cache.ts';
import type { EpochRow, SentEpoch } from './contract/epochs.ts';
import { inTransaction } from './control-database.ts';

const CACHED_EPOCHS = 100_000;
const COLUMNS = 'epoch_no, epoch_id, owner_device_id, parent_epoch_no, opened_at, moves';

export class EpochNumbers {
  readonly #database: DatabaseSync;
  readonly #find: StatementSync;
  readonly #findParent: StatementSync;
  readonly #insert: StatementSync;
  readonly #newest: StatementSync;
  readonly #descent: StatementSync;
  readonly #move: StatementSync;
  readonly #between: StatementSync;
  readonly #last: StatementSync;
  readonly #known = new BoundedCache<string, EpochRow>(CACHED_EPOCHS);
  readonly #newestOf = new BoundedCache<string, number>(CACHED_EPOCHS);

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#find = database.prepare(`SELECT ${COLUMNS} FROM epochs WHERE device_id = ? AND epoch_id = ?`);
    this.#findParent = database.prepare(
      `SELECT ${COLUMNS} FROM epochs WHERE owner_device_id = ? AND epoch_id = ?`,
    );
    this.#between = database.prepare(
      // What was erased is not lost.
      `SELECT ${COLUMNS}, device_id FROM epochs WHERE epoch_no BETWEEN ? AND ?
         AND owner_device_id NOT IN (SELECT device_id FROM device_lives WHERE erased_at IS NOT NULL) ORDER BY epoch_no`,
    );
    this.#last = database.prepare('SELECT max(epoch_no) AS last FROM epochs');
    this.#insert = database.prepare(
      `INSERT INTO epochs (device_id, epoch_id, owner_device_id, parent_epoch_no, opened_at) VALUES (?, ?, ?, ?, ?)`,
    );
    this.#newest = database.prepare('SELECT max(epoch_no) AS newest FROM epochs WHERE owner_device_id = ?');
    this.#descent = database.prepare(`
      WITH RECURSIVE descent (no) AS (
        SELECT epoch_no FROM epochs WHERE epoch_no = ?1
        UNION
        SELECT epochs.epoch_no FROM epochs JOIN descent ON epochs.parent_epoch_no = descent.no
        WHERE epochs.owner_device_id = (SELECT owner_device_id FROM epochs WHERE epoch_no = ?1))
      SELECT ${COLUMNS} FROM epochs WHERE epoch_no IN (SELECT no FROM descent) ORDER BY epoch_no`);
    this.#move = database.prepare(
      'UPDATE epochs SET owner_device_id = ?, moves = moves + 1 WHERE epoch_no = ?',
    );
  }

  /** What is remembered may be of a transaction that did not happen. */
  forget(): void {
    this.#known.clear();
    this.#newestOf.clear();
  }

  /**
   * The row of this epoch, opened at first sight. A parent counts only when it is the sender's own, or belongs to the
   * same device: a sender can name any 16 bytes, and must not attach itself to another's history. A child belongs to
   * the device that its parent belongs to.
   */
  open(
    senderDeviceId: string,
    epochId: Uint8Array,
    parentEpochId: Uint8Array | undefined,
    now: number,
  ): EpochRow & { created: boolean } {
    const key = `${senderDeviceId}/${Buffer.from(epochId).toString('hex')}`;
    const cached = this.#known.get(key);
    if (cached) return { ...cached, created: false };
    const stored = epochRow(this.#find.get(senderDeviceId, epochId));
    if (stored) {
      this.#known.set(key, stored);
      return { ...stored, created: false };
    }
    const row = inTransaction(this.#database, () =>
      this.#create(senderDeviceId, epochId, parentEpochId, now),
    );
    this.#known.set(key, row);
    this.#newestOf.delete(row.deviceId);
    return { ...row, created: true };
  }

  /** Number of the epoch that the device opened last; 0 without any. */
  newest(deviceId: string): number {
    const known = this.#newestOf.get(deviceId);
    if (known !== undefined) return known;
    const newest = (this.#newest.get(deviceId)?.newest as number | null) ?? 0;
    this.#newestOf.set(deviceId, newest);
    return newest;
  }

  /** The epoch and what was opened from it, as far as they belong to one device. */
  descent(epochNo: number): EpochRow[] {
    return this.#descent.all(epochNo).map((row) => epochRow(row) as EpochRow);
  }

  /** These belong to that device from now on. */
  move(epochs: readonly EpochRow[], toDeviceId: string): EpochRow[] {
    for (const { epochNo } of epochs) this.#move.run(toDeviceId, epochNo);
    this.forget();
    return epochs.map((row) => ({ ...row, deviceId: toDeviceId, moves: row.moves + 1 }));
  }

  /** Epochs with numbers from `first` to `last`, in their order. */
  between(first: number, last: number): SentEpoch[] {
    return this.#between.all(first, last).map((row) => ({
      ...(epochRow(row) as EpochRow),
      senderDeviceId: row.device_id as string,
    }));
  }

  /** The highest number given; 0 before the first. */
  last(): number {
    return (this.#last.get()?.last as number | null) ?? 0;
  }

  /** The next number is above this one. False when it would have been anyway. */
  skip(through: number): boolean {
    return inTransaction(this.#database, () => {
      const sequence = this.#database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'epochs'").get();
      if (((sequence?.seq as number | undefined) ?? 0) >= through) return false;
      // There is no row before the first epoch.
      const sql = sequence
        ? "UPDATE sqlite_sequence SET seq = ? WHERE name = 'epochs'"
        : "INSERT INTO sqlite_sequence (seq, name) VALUES (?, 'epochs')";
      this.#database.prepare(sql).run(through);
      return true;
    });
  }

  #create(
    senderDeviceId: string,
    epochId: Uint8Array,
    parentEpochId: Uint8Array | undefined,
    now: number,
  ): EpochRow {
    const parent =
      parentEpochId &&
      epochRow(
        this.#find.get(senderDeviceId, parentEpochId) ?? this.#findParent.get(senderDeviceId, parentEpochId),
      );
    const deviceId = parent?.deviceId ?? senderDeviceId;
    const made = this.#insert.run(senderDeviceId, epochId, deviceId, parent?.epochNo ?? null, now);
    return {
      epochNo: Number(made.lastInsertRowid),
      deviceId,
      epochId: Uint8Array.from(epochId),
      parentEpochNo: parent?.epochNo,
      openedAt: now,
      moves: 0,
    };
  }
}

function epochRow(row: Record<string, unknown> | undefined): EpochRow | undefined {
  if (!row) return undefined;
  return {
    epochNo: row.epoch_no as number,
    deviceId: row.owner_device_id as string,
    epochId: Uint8Array.from(row.epoch_id as Uint8Array),
    parentEpochNo: (row.parent_epoch_no as number | null) ?? undefined,
    openedAt: row.opened_at as number,
    moves: row.moves as number,
  };
}
