/**
 * Which notice a device is still to be told, for the acknowledgement of its report. What another process issues (`move`)
 * counts here within LOOK_EVERY_MS.
 *
 * The serial that a device says is written down when it changes, many devices in one transaction: a crash forgets some,
 * and their next reports say it again. A fleet that never moved costs nothing.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { BoundedCache } from './bounded-cache.ts';
import { inUnsyncedTransaction } from './control-database.ts';
import type { IssuedNotice, MoveNotices } from './move-notices.ts';

/** About 100 bytes each. The others are read from the file. */
const CACHED_DEVICES = 200_000;
const LOOK_EVERY_MS = 250;
const WRITE_AFTER_MS = 1000;
const WRITE_AT = 1000;
const COUNT_EVERY_MS = 10_000;

/** Devices that joined, by how far they follow the newest notice. */
export interface NoticeCounts {
  /** They obey it. */
  newest: number;
  /** They obey an earlier one. */
  earlier: number;
  /** They obey one that this collector never issued: it came back from a backup. */
  unknown: number;
  /** They obey none. */
  none: number;
}

export class NoticesInForce {
  readonly #database: DatabaseSync;
  readonly #notices: MoveNotices;
  readonly #serialOf: StatementSync;
  readonly #confirm: StatementSync;
  readonly #dataVersion: StatementSync;
  readonly #serials = new BoundedCache<string, number>(CACHED_DEVICES);
  readonly #unwritten = new Map<string, number>();
  #writeSoon: NodeJS.Timeout | undefined;
  #newest: IssuedNotice | undefined;
  #looked = Number.NEGATIVE_INFINITY;
  #seen: unknown;
  #counted: { at: number; counts: NoticeCounts } | undefined;

  constructor(database: DatabaseSync, notices: MoveNotices) {
    this.#database = database;
    this.#notices = notices;
    this.#serialOf = database.prepare('SELECT notice_serial FROM devices WHERE device_id = ?');
    this.#confirm = database.prepare('UPDATE devices SET notice_serial = ? WHERE device_id = ?');
    this.#dataVersion = database.prepare('PRAGMA data_version');
    this.#newest = notices.newest();
  }

  /**
   * The signed notice that a device which obeys `serial` has to be told; undefined when there is none. `now`:
   * milliseconds since 1970.
   */
  noticeFor(serial: number, now: number): Uint8Array | undefined {
    this.#lookWhetherOthersWrote();
    const newest = this.#newest;
    if (!newest || serial >= newest.serial || newest.validUntil <= now) return undefined;
    // Who never heard of the move need not hear that it is off.
    if (newest.addresses.length === 0 && serial === 0) return undefined;
    return newest.sealed;
  }

  /** What the report of a device says of itself. */
  confirmed(deviceId: string, serial: number): void {
    if (serial === 0 && !this.#newest) return;
    if (this.#knownSerial(deviceId) === serial) return;
    this.#serials.set(deviceId, serial);
    this.#unwritten.set(deviceId, serial);
    if (this.#unwritten.size >= WRITE_AT) this.#tryFlush();
    else this.#writeSoon ??= setTimeout(() => this.#tryFlush(), WRITE_AFTER_MS).unref();
  }

  /** Serial of the newest notice, also of one whose time is over; 0: none. */
  newestSerial(): number {
    this.#lookWhetherOthersWrote();
    return this.#newest?.serial ?? 0;
  }

  /** At most ten seconds old: counting a million takes some 50 ms. */
  counts(devices: number): NoticeCounts {
    const at = performance.now();
    if (!this.#counted || at - this.#counted.at >= COUNT_EVERY_MS)
      this.#counted = { at, counts: this.#count(devices) };
    return this.#counted.counts;
  }

  /** Commits what devices confirmed. */
  flush(): void {
    clearTimeout(this.#writeSoon);
    this.#writeSoon = undefined;
    if (this.#unwritten.size === 0) return;
    inUnsyncedTransaction(this.#database, () => {
      for (const [deviceId, serial] of this.#unwritten) this.#confirm.run(serial, deviceId);
    });
    this.#unwritten.clear();
  }

  #count(devices: number): NoticeCounts {
    const newest = this.newestSerial();
    const counts: NoticeCounts = { newest: 0, earlier: 0, unknown: 0, none: devices };
    for (const each of this.#notices.confirmations()) {
      const kind = each.serial === newest ? 'newest' : each.serial < newest ? 'earlier' : 'unknown';
      counts[kind] += each.devices;
      counts.none -= each.devices;
    }
    return counts;
  }

  #knownSerial(deviceId: string): number {
    const cached = this.#serials.get(deviceId);
    if (cached !== undefined) return cached;
    const serial = (this.#unwritten.get(deviceId) ??
      this.#serialOf.get(deviceId)?.notice_serial ??
      0) as number;
    this.#serials.set(deviceId, serial);
    return serial;
  }

  /** A full disk is no reason to refuse a report: what is not written yet is tried with the next. */
  #tryFlush(): void {
    try {
      this.flush();
    } catch {
      if (this.#unwritten.size <= CACHED_DEVICES) return;
      // Their next reports say it again.
      this.#unwritten.clear();
      this.#serials.clear();
    }
  }

  #lookWhetherOthersWrote(): void {
    const at = performance.now();
    if (at - this.#looked < LOOK_EVERY_MS) return;
    this.#looked = at;
    const version = this.#dataVersion.get()?.data_version;
    if (version !== this.#seen) this.#newest = this.#notices.newest();
    this.#seen = version;
  }
}
