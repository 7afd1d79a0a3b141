/**
 * Records that could not be used, with their bytes. Bounded by number, by bytes and by device: what is settled goes
 * first, then the oldest, so that one device that sends nothing else can neither fill the disk nor push out what
 * others sent. Open records that go are counted by why.
 */
import { createHash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AgentVersions } from './agent-versions.ts';
import type { QuarantineKind, QuarantineReason } from './contract/quarantine-reasons.ts';
import type { QuarantinedRecord } from './contract/quarantined-record.ts';
import { whenCommitted } from './control-database.ts';
import type { DeviceNews } from './device-news.ts';
import type { MetaValues } from './meta-values.ts';
import { type QuarantineState, type ShelvedRecord, shelvedRecord } from './shelved-record.ts';

export interface QuarantineLimits {
  /** Records kept. */
  maxRecords: number;
  /** Bytes of kept records, all together. */
  maxBytes: number;
  /** Records kept of one device. */
  maxRecordsOfDevice: number;
  /** Bytes of kept records of one device. */
  maxBytesOfDevice: number;
  /** Bytes kept of one record; the detail says when it was cut. */
  maxRecordBytes: number;
}
/** A hundred devices at their bound fill it; a bad record every hour is 720 in the 30 days that records are kept. */
export const QUARANTINE_LIMITS: QuarantineLimits = {
  maxRecords: 100_000,
  maxBytes: 256 * 1024 * 1024,
  maxRecordsOfDevice: 1_000,
  maxBytesOfDevice: 8 * 1024 * 1024,
  maxRecordBytes: 1024 * 1024,
};
const MAX_DETAIL_CHARACTERS = 1000;
/** In one transaction: some 20 ms without a turn for others. */
const AGED_OUT_AT_ONCE = 1000;

/** Why an open record was dropped. */
const QUARANTINE_DROPS = ['shelf-full', 'device-bound', 'aged-out'] as const;
export type QuarantineDrop = (typeof QUARANTINE_DROPS)[number];

interface Leaving {
  number: number;
  size: number;
  state: QuarantineState;
  day: number | null;
}

const LEAVING = 'SELECT number, size, state, day FROM quarantine';

interface QuarantineShelfParts {
  limits: QuarantineLimits;
  meta: MetaValues;
  versions: AgentVersions;
  news: DeviceNews;
}

export class QuarantineShelf {
  readonly #database: DatabaseSync;
  readonly #news: DeviceNews;
  readonly #limits: QuarantineLimits;
  readonly #meta: MetaValues;
  readonly #versions: AgentVersions;
  readonly #insert: StatementSync;
  readonly #known: StatementSync;
  readonly #firstToGo: StatementSync;
  readonly #firstOfDevice: StatementSync;
  readonly #aged: StatementSync;
  readonly #delete: StatementSync;
  readonly #total: StatementSync;
  readonly #totalOfDevice: StatementSync;
  readonly #counts: StatementSync;
  readonly #fromDevice: StatementSync;
  readonly #told: StatementSync;
  readonly #released = new Set<number>();
  #records = 0;
  #bytes = 0;

  constructor(database: DatabaseSync, { limits, meta, versions, news }: QuarantineShelfParts) {
    this.#database = database;
    this.#news = news;
    this.#limits = limits;
    this.#meta = meta;
    this.#versions = versions;
    this.#insert = database.prepare(
      `INSERT INTO quarantine (reason, detail, kind, device_id, epoch_no, "offset", sequence, agent_version, bytes, size,
         run, user, day, executable_no, at, identity) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#known = database.prepare('SELECT 1 FROM quarantine WHERE device_id = ? AND identity = ?');
    this.#firstToGo = database.prepare(
      `${LEAVING} WHERE number = coalesce(
         (SELECT min(settled) FROM (SELECT min(number) AS settled FROM quarantine WHERE state = 'replayed'
            UNION ALL SELECT min(number) FROM quarantine WHERE state = 'discarded')),
         (SELECT min(number) FROM quarantine))`,
    );
    this.#firstOfDevice = database.prepare(
      `${LEAVING} WHERE device_id = ? ORDER BY state = 'open', number LIMIT 1`,
    );
    this.#aged = database.prepare(`${LEAVING} WHERE at < ? LIMIT ${AGED_OUT_AT_ONCE}`);
    this.#delete = database.prepare('DELETE FROM quarantine WHERE number = ?');
    this.#total = database.prepare(
      'SELECT count(*) AS records, coalesce(sum(size), 0) AS bytes FROM quarantine',
    );
    this.#totalOfDevice = database.prepare(
      'SELECT count(*) AS records, coalesce(sum(size), 0) AS bytes FROM quarantine WHERE device_id = ?',
    );
    this.#counts = database.prepare(
      "SELECT reason, count(*) AS count FROM quarantine WHERE state = 'open' GROUP BY reason ORDER BY reason",
    );
    this.#fromDevice = database.prepare(
      'SELECT * FROM quarantine WHERE device_id = ? ORDER BY number DESC LIMIT ?',
    );
    this.#told = database.prepare('UPDATE quarantine SET told = 1 WHERE number = ?');
    this.recount();
  }

  /**
   * Runs inside the caller's transaction. A record that is kept already, open or settled, is counted and changes
   * nothing: a device that is asked for a day sends again what was put aside of it, and what was decided stays.
   */
  put(record: QuarantinedRecord): void {
    const identity = identityOf(record);
    if (identity && this.#known.get(record.deviceId, identity)) {
      this.#meta.setCounter('quarantine_repeated', this.repeated() + 1);
      return;
    }
    const cut = record.bytes.length > this.#limits.maxRecordBytes;
    const bytes = cut ? record.bytes.subarray(0, this.#limits.maxRecordBytes) : record.bytes;
    const note = cut ? ` (first ${bytes.length} of ${record.bytes.length} bytes kept)` : '';
    this.#insert.run(
      record.reason,
      record.detail.slice(0, MAX_DETAIL_CHARACTERS) + note,
      record.kind,
      record.deviceId,
      record.epochNo,
      record.offset,
      record.sequence,
      record.agentVersion ?? this.#versions.of(record.deviceId),
      bytes,
      bytes.length,
      record.run ?? null,
      record.user ?? null,
      record.concern?.day ?? null,
      record.concern?.executableNo ?? null,
      record.at,
      identity,
    );
    this.#records += 1;
    this.#bytes += bytes.length;
    whenCommitted(this.#database, () => this.#news.note(record.deviceId, 'quarantine'));
    this.#makeRoom(record.deviceId);
  }

  /** So many more came of devices that are at their bound. Runs inside the caller's transaction. */
  overflowed(records: number): void {
    this.#count('device-bound', records);
  }

  /** False when nothing was ever put aside, or nothing of it is kept: nearly always. */
  get any(): boolean {
    return this.#records > 0;
  }

  /** Open records, by reason. */
  counts(): { reason: QuarantineReason; count: number }[] {
    return this.#counts
      .all()
      .map((row) => ({ reason: row.reason as QuarantineReason, count: row.count as number }));
  }

  /** Open records that were dropped, ever. */
  dropped(): Record<QuarantineDrop, number> {
    const count = (why: QuarantineDrop) => this.#meta.counter(`quarantine_dropped ${why}`);
    return {
      'shelf-full': count('shelf-full'),
      'device-bound': count('device-bound'),
      'aged-out': count('aged-out'),
    };
  }

  /** Records that were kept already when they came again, ever. */
  repeated(): number {
    return this.#meta.counter('quarantine_repeated');
  }

  /** Days that open records concerned and that were dropped since the last call: nothing holds them any more. */
  takeReleasedDays(): number[] {
    const days = [...this.#released];
    this.#released.clear();
    return days;
  }

  /** Newest first. */
  fromDevice(deviceId: string, limit: number): ShelvedRecord[] {
    if (this.#records === 0) return [];
    return this.#fromDevice.all(deviceId, limit).map(shelvedRecord);
  }

  /** Runs inside the caller's transaction. */
  told(numbers: readonly number[]): void {
    for (const number of numbers) this.#told.run(number);
  }

  /** Drops some of what came before `before`, milliseconds since 1970; false when nothing of it is left. */
  ageOut(before: number): boolean {
    const aged = this.#aged.all(before) as unknown as Leaving[];
    for (const each of aged) this.#drop(each, 'aged-out');
    return aged.length === AGED_OUT_AT_ONCE;
  }

  /** Takes the totals from the file, at the start and after a failed transaction. */
  recount(): void {
    const total = this.#total.get();
    this.#records = total?.records as number;
    this.#bytes = total?.bytes as number;
    this.#released.clear();
  }

  #makeRoom(deviceId: string): void {
    const { maxRecords, maxBytes, maxRecordsOfDevice, maxBytesOfDevice } = this.#limits;
    for (;;) {
      const { records, bytes } = this.#totalOfDevice.get(deviceId) as { records: number; bytes: number };
      if (records <= maxRecordsOfDevice && bytes <= maxBytesOfDevice) break;
      this.#drop(this.#firstOfDevice.get(deviceId) as unknown as Leaving, 'device-bound');
    }
    while (this.#records > maxRecords || this.#bytes > maxBytes)
      this.#drop(this.#firstToGo.get() as unknown as Leaving, 'shelf-full');
  }

  #drop({ number, size, state, day }: Leaving, why: QuarantineDrop): void {
    this.#delete.run(number);
    this.#records -= 1;
    this.#bytes -= size;
    if (state !== 'open') return;
    if (day !== null) this.#released.add(day);
    this.#count(why, 1);
  }

  #count(why: QuarantineDrop, records: number): void {
    const counter = `quarantine_dropped ${why}`;
    this.#meta.setCounter(counter, this.#meta.counter(counter) + records);
  }
}

const IDENTITY_BYTES = 12;

/** What cannot be taken alone is another thing each time it comes. */
const TAKEN_ALONE: ReadonlySet<QuarantineKind> = new Set(['usage', 'coverage', 'usage-digest', 'evidence']);

function identityOf(record: QuarantinedRecord): Uint8Array | null {
  const { kind, epochNo, plainBytes, bytes, run, user } = record;
  if (!TAKEN_ALONE.has(kind)) return null;
  const hash = createHash('sha256').update(`${kind} ${epochNo} ${run?.length ?? 0} ${user?.length ?? 0} `);
  for (const part of [run, user, plainBytes ?? bytes]) if (part) hash.update(part);
  return hash.digest().subarray(0, IDENTITY_BYTES);
}
