/** How far devices follow the newest notice of a move. */
import type { MoveNotices } from './move-notices.ts';

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

export class NoticeProgress {
  readonly #notices: Pick<MoveNotices, 'newest' | 'confirmations'>;
  #counted: { at: number; counts: NoticeCounts } | undefined;

  constructor(notices: Pick<MoveNotices, 'newest' | 'confirmations'>) {
    this.#notices = notices;
  }

  /** Serial of the newest notice, also of one whose time is over; 0: none. */
  newestSerial(): number {
    return this.#notices.newest()?.serial ?? 0;
  }

  /** At most ten seconds old: counting a million takes some 50 ms. */
  counts(devices: number): NoticeCounts {
    const at = performance.now();
    if (!this.#counted || at - this.#counted.at >= COUNT_EVERY_MS)
      this.#counted = { at, counts: this.#count(devices) };
    return this.#counted.counts;
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
}
