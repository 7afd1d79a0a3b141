/**
 * Which notice a device is still to be told, for the acknowledgement of its report. What others issue (`move`) counts here
 * within LOOK_EVERY_MS. A fleet that never moved costs nothing.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { IssuedNotice, MoveNotices } from './move-notices.ts';
import type { ReceiverNoteBook } from './receiver-note-book.ts';

const LOOK_EVERY_MS = 250;

export class NoticesInForce {
  readonly #notices: Pick<MoveNotices, 'newest'>;
  readonly #notes: Pick<ReceiverNoteBook, 'notices'>;
  readonly #serialOf: StatementSync;
  readonly #dataVersion: StatementSync;
  #newest: IssuedNotice | undefined;
  #looked = Number.NEGATIVE_INFINITY;
  #seen: unknown;

  constructor(
    database: DatabaseSync,
    notices: Pick<MoveNotices, 'newest'>,
    notes: Pick<ReceiverNoteBook, 'notices'>,
  ) {
    this.#notices = notices;
    this.#notes = notes;
    this.#serialOf = database.prepare('SELECT notice_serial FROM devices WHERE device_id = ?');
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
    const known = this.#notes.notices.get(deviceId) ?? this.#serialOf.get(deviceId)?.notice_serial ?? 0;
    if (known !== serial) this.#notes.notices.set(deviceId, serial);
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
