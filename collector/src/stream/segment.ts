/**
 * One segment of the stream: an SQLite file that holds the records from `first` on, without gaps. The file's
 * name is its first offset, so a folder of segments tells the highest offset ever given out even when every
 * record was trimmed.
 *
 * A commit here is one transaction with `synchronous=FULL`. When only its last sync failed, its records may
 * turn up when the file is opened again; that is allowed, since they were not acknowledged and delivering
 * twice changes nothing. The owner asks `measureLast` after a failure so as not to give their offsets away.
 */
import { rmSync, statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { damagedRow, lostRecords } from './damaged-record.ts';
import { KIND_CODES, kindOfCode, partitionOf, recordChecksum } from './record-checksum.ts';
import { SalvagedLog } from './salvage-log.ts';
import type { NewStreamRecord, StreamRecord } from './stream.ts';

const SCHEMA = `CREATE TABLE IF NOT EXISTS records (
  "offset"    INTEGER PRIMARY KEY,
  "partition" INTEGER NOT NULL,
  kind        INTEGER NOT NULL,
  device      BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  checksum    INTEGER NOT NULL,
  envelope    BLOB NOT NULL
) STRICT`;
const COLUMNS = '"offset", "partition", kind, device, received_at, checksum, envelope';
const INSERT = `INSERT INTO records (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`;

/** Primary result codes of SQLite that mean "these bytes are damaged". */
const DAMAGE_CODES = new Set([11 /* CORRUPT */, 26 /* NOTADB */, 1 /* ERROR: the schema is unreadable */]);
const IOERR = 10;

export function isDamage(error: unknown): boolean {
  const { errcode, code } = error as { errcode?: number; code?: string };
  // A damaged integer beyond 2^53 is reported by node:sqlite itself.
  if (code === 'ERR_OUT_OF_RANGE') return true;
  if (errcode === undefined) return false;
  // A read error is a truncated file or a bad sector: trying again does not help, other records may be fine.
  return DAMAGE_CODES.has(errcode & 0xff) || errcode === (IOERR | (1 << 8)) || errcode === (IOERR | (2 << 8));
}

export interface SegmentOptions {
  /** Most pages of 4 KiB the file may have; undefined means no fence. The tests use it as a disk that is full. */
  maxPages?: number | undefined;
  /** Called before each COMMIT; throwing is a commit that failed. For tests of failing disks. */
  beforeCommit?: (() => void) | undefined;
}

export interface SegmentRead {
  records: StreamRecord[];
  through: number;
  unreadable: number;
}

export class Segment {
  readonly first: number;
  readonly path: string;
  readonly #options: SegmentOptions;
  #database: DatabaseSync | undefined;
  #insert: StatementSync | undefined;
  #range: StatementSync | undefined;
  #single: StatementSync | undefined;

  constructor(path: string, first: number, options: SegmentOptions) {
    this.path = path;
    this.first = first;
    this.#options = options;
  }

  /** Creates the table when the file is new. Throws what SQLite throws. */
  create(): void {
    this.#open().exec(SCHEMA);
  }

  /**
   * Creates the table when the file is new, like `create`, and puts back what a damaged log still holds beyond what
   * SQLite reads of it, each record at its own offset. Returns how many that were. Throws what SQLite throws.
   */
  recover(): number {
    const salvaged = SalvagedLog.of(this.path);
    try {
      this.create();
      const last = this.measureLast();
      if (!salvaged || last === undefined) return 0;
      const rows = salvaged.rowsBeyond(last, COLUMNS);
      return this.#putBack(rows.map(soundRecord).filter((record) => record !== undefined));
    } finally {
      salvaged?.remove();
    }
  }

  #putBack(records: readonly StreamRecord[]): number {
    if (records.length === 0) return 0;
    const database = this.#open();
    const insert = database.prepare(INSERT);
    database.exec('BEGIN IMMEDIATE');
    for (const record of records) this.#put(insert, record.offset, record);
    database.exec('COMMIT');
    return records.length;
  }

  /**
   * Moves the log into the file, with syncs of its own, and returns whether that succeeded. After a sync that failed
   * nobody knows what of the log is on the disk, and what is written behind a gap in it would be lost with the power.
   */
  moveLog(): boolean {
    try {
      return this.#open().prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy === 0;
    } catch {
      return false;
    }
  }

  /** The last offset stored, `first - 1` when there is none, undefined when damage hides it. */
  measureLast(): number | undefined {
    try {
      const row = this.#open().prepare('SELECT max("offset") AS last FROM records').get();
      return Math.max(this.first - 1, (row?.last as number | null) ?? 0);
    } catch (error) {
      if (!isDamage(error)) throw error;
      return undefined;
    }
  }

  /** Bytes of all envelopes; the size of the file when damage hides some. */
  measureBytes(): number {
    try {
      return this.#open().prepare('SELECT coalesce(sum(length(envelope)), 0) AS bytes FROM records').get()
        ?.bytes as number;
    } catch (error) {
      if (!isDamage(error)) throw error;
      return statSync(this.path).size;
    }
  }

  /** Stores all records from `offset` on, or none. On stable storage when it returns. */
  append(offset: number, records: readonly NewStreamRecord[]): void {
    const database = this.#open();
    this.#insert ??= database.prepare(INSERT);
    try {
      database.exec('BEGIN IMMEDIATE');
      for (const [index, record] of records.entries()) this.#put(this.#insert, offset + index, record);
      this.#options.beforeCommit?.();
      database.exec('COMMIT');
    } catch (error) {
      // After a failed write the connection's view of the file is not to be trusted: it is opened anew.
      this.close();
      throw error;
    }
  }

  #put(insert: StatementSync, offset: number, record: NewStreamRecord): void {
    const device = Buffer.from(record.deviceId, 'hex');
    const partition = partitionOf(device);
    const kindCode = KIND_CODES[record.kind];
    const { receivedAt, envelope } = record;
    const checksum = recordChecksum({ offset, receivedAt, kindCode, partition, device }, envelope);
    insert.run(offset, partition, kindCode, device, receivedAt, checksum, envelope);
  }

  /**
   * Records `from` to `to`, fewer when `maxBytes` is reached (but at least one). Whatever of them is damaged is
   * counted in `unreadable` and marked; the rows are asked for singly once a scan hits damaged pages, so that what
   * lies behind the damage is still found.
   */
  read(from: number, to: number, maxBytes: number): SegmentRead {
    const found: SegmentRead = { records: [], through: from - 1, unreadable: 0 };
    let bytes = 0;
    /** Since when nothing is left of the records before the next one. */
    let lostFrom: number | undefined;
    const endLoss = (): void => {
      if (lostFrom !== undefined) found.records.push(lostRecords(lostFrom, found.through));
      lostFrom = undefined;
    };
    const take = (record: StreamRecord | undefined): boolean => {
      if (record && found.records.length > 0 && bytes + record.envelope.length > maxBytes) return false;
      if (record) {
        endLoss();
        bytes += record.envelope.length;
        found.records.push(record);
      } else lostFrom ??= found.through + 1;
      found.through += 1;
      if (!record || record.damage !== undefined) found.unreadable += 1;
      return true;
    };
    const ended = (): SegmentRead => {
      endLoss();
      return found;
    };
    try {
      for (const row of this.#scan(from, to)) {
        // A hole is damage too: offsets within a segment have none.
        while (found.through + 1 < (row.offset as number)) {
          if (!take(this.#readSingle(found.through + 1))) return ended();
        }
        if (row.offset === found.through + 1 && !take(recordIn(row.offset, row))) return ended();
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
    while (found.through < to && take(this.#readSingle(found.through + 1)));
    return ended();
  }

  /** When this record was received; undefined when it is unreadable. */
  receivedAt(offset: number): number | undefined {
    return this.#readSingle(offset)?.receivedAt;
  }

  #scan(from: number, to: number): Iterable<Record<string, unknown>> {
    this.#range ??= this.#open().prepare(
      `SELECT ${COLUMNS} FROM records WHERE "offset" BETWEEN ? AND ? ORDER BY "offset"`,
    );
    return this.#range.iterate(from, to);
  }

  #readSingle(offset: number): StreamRecord | undefined {
    try {
      this.#single ??= this.#open().prepare(`SELECT ${COLUMNS} FROM records WHERE "offset" = ?`);
      const row = this.#single.get(offset);
      return row && row.offset === offset ? recordIn(offset, row) : undefined;
    } catch (error) {
      if (!isDamage(error)) throw error;
      return undefined;
    }
  }

  /** Closes the file; the next use opens it again. */
  close(): void {
    const database = this.#database;
    this.#database = this.#insert = this.#range = this.#single = undefined;
    try {
      database?.close();
    } catch {
      // Closing tries a checkpoint, which fails on the disk that failed before; the log stays and is replayed.
    }
  }

  /** Removes the file and what SQLite keeps beside it. */
  remove(): void {
    this.close();
    // The main file first: a log without its file is ignored, a file without its log could have lost records.
    for (const suffix of ['', '-wal', '-shm']) rmSync(this.path + suffix, { force: true });
  }

  #open(): DatabaseSync {
    if (this.#database) return this.#database;
    const database = new DatabaseSync(this.path, { timeout: 5000 });
    try {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
      if (this.#options.maxPages !== undefined)
        database.exec(`PRAGMA max_page_count = ${this.#options.maxPages}`);
    } catch (error) {
      database.close();
      throw error;
    }
    this.#database = database;
    return database;
  }
}

/** The record in this row, marked as damaged when its checksum does not hold. */
function recordIn(offset: number, row: Record<string, unknown>): StreamRecord {
  return soundRecord(row) ?? damagedRow(offset, row);
}

/** The record in this row when its checksum holds. */
function soundRecord(row: Record<string, unknown>): StreamRecord | undefined {
  const { offset, partition, kind: kindCode, device, received_at: receivedAt, checksum, envelope } = row;
  if (!(device instanceof Uint8Array) || !(envelope instanceof Uint8Array)) return undefined;
  const kind = kindOfCode(kindCode as number);
  if (!kind || device.length !== 8) return undefined;
  const header = {
    offset: offset as number,
    receivedAt: receivedAt as number,
    kindCode: kindCode as number,
    partition: partition as number,
    device,
  };
  if (recordChecksum(header, envelope) !== checksum) return undefined;
  return {
    kind,
    deviceId: Buffer.from(device).toString('hex'),
    receivedAt: header.receivedAt,
    envelope,
    offset: header.offset,
    partition: header.partition,
  };
}
