/**
 * Records that could not be used, with their bytes. Bounded by number and by bytes: the oldest go first, and
 * are counted, so that one device that sends nothing else cannot fill the disk.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { QuarantinedRecord, QuarantineReason } from './control-store.ts';
import type { MetaValues } from './meta-values.ts';

export interface QuarantineLimits {
  /** Records kept. */
  maxRecords: number;
  /** Bytes of kept records, all together. */
  maxBytes: number;
  /** Bytes kept of one record; the detail says when it was cut. */
  maxRecordBytes: number;
}
export const QUARANTINE_LIMITS: QuarantineLimits = {
  maxRecords: 100_000,
  maxBytes: 256 * 1024 * 1024,
  maxRecordBytes: 1024 * 1024,
};
const MAX_DETAIL_CHARACTERS = 1000;

export class QuarantineShelf {
  readonly #limits: QuarantineLimits;
  readonly #meta: MetaValues;
  readonly #insert: StatementSync;
  readonly #oldest: StatementSync;
  readonly #delete: StatementSync;
  readonly #total: StatementSync;
  readonly #counts: StatementSync;
  readonly #fromDevice: StatementSync;
  #records = 0;
  #bytes = 0;

  constructor(database: DatabaseSync, meta: MetaValues, limits: QuarantineLimits) {
    this.#limits = limits;
    this.#meta = meta;
    this.#insert = database.prepare(
      `INSERT INTO quarantine (reason, detail, device_id, "offset", sequence, bytes, at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#oldest = database.prepare(
      'SELECT number, length(bytes) AS size FROM quarantine ORDER BY number LIMIT 1',
    );
    this.#delete = database.prepare('DELETE FROM quarantine WHERE number = ?');
    this.#total = database.prepare(
      'SELECT count(*) AS records, coalesce(sum(length(bytes)), 0) AS bytes FROM quarantine',
    );
    this.#counts = database.prepare(
      'SELECT reason, count(*) AS count FROM quarantine GROUP BY reason ORDER BY reason',
    );
    this.#fromDevice = database.prepare(
      'SELECT * FROM quarantine WHERE device_id = ? ORDER BY number DESC LIMIT ?',
    );
    this.recount();
  }

  /** Runs inside the caller's transaction. */
  put(record: QuarantinedRecord): void {
    const cut = record.bytes.length > this.#limits.maxRecordBytes;
    const bytes = cut ? record.bytes.subarray(0, this.#limits.maxRecordBytes) : record.bytes;
    const note = cut ? ` (first ${bytes.length} of ${record.bytes.length} bytes kept)` : '';
    const detail = record.detail.slice(0, MAX_DETAIL_CHARACTERS) + note;
    this.#insert.run(
      record.reason,
      detail,
      record.deviceId,
      record.offset,
      record.sequence,
      bytes,
      record.at,
    );
    this.#records += 1;
    this.#bytes += bytes.length;
    this.#dropOldest();
  }

  /** Records now kept, by reason. */
  counts(): { reason: QuarantineReason; count: number }[] {
    return this.#counts
      .all()
      .map((row) => ({ reason: row.reason as QuarantineReason, count: row.count as number }));
  }

  /** Records that had to make room, ever. */
  dropped(): number {
    return this.#meta.counter('quarantine_dropped');
  }

  /** Newest first. */
  fromDevice(deviceId: string, limit: number): QuarantinedRecord[] {
    if (this.#records === 0) return [];
    return this.#fromDevice.all(deviceId, limit).map((row) => ({
      reason: row.reason as QuarantineReason,
      detail: row.detail as string,
      deviceId: row.device_id as string,
      offset: row.offset as number,
      sequence: row.sequence as number,
      bytes: row.bytes as Uint8Array,
      at: row.at as number,
    }));
  }

  /** Takes the totals from the file, at the start and after a failed transaction. */
  recount(): void {
    const total = this.#total.get();
    this.#records = total?.records as number;
    this.#bytes = total?.bytes as number;
  }

  #dropOldest(): void {
    while (this.#records > this.#limits.maxRecords || this.#bytes > this.#limits.maxBytes) {
      const oldest = this.#oldest.get();
      if (!oldest) return;
      this.#delete.run(oldest.number as number);
      this.#records -= 1;
      this.#bytes -= oldest.size as number;
      this.#meta.setCounter('quarantine_dropped', this.dropped() + 1);
    }
  }
}
