/** What the collector's notices said, kept in the store before anything follows from it. */
import { type MoveNotice, NoticeError, openNotice } from '@fleetmeter/proto';
import type { FactTable } from '../store/fact-table.ts';
import {
  answeredBy,
  heed,
  type IgnoredNotice,
  type Joined,
  type MoveState,
  type Place,
  placesOf,
  stateNow,
} from './move-state.ts';

export type NoticeOutcome =
  | { is: 'obeyed'; serial: number; addresses: readonly string[] }
  | { is: 'ignored'; why: IgnoredNotice | NoticeError['fault'] }
  /** The device joined before its collector had a key for notices: joining again tells it. */
  | { is: 'key-wanted' };

/** For `status`. */
export interface MoveStatus {
  /** Of the newest notice obeyed; 0: none. */
  serial: number;
  /** Where the collector moves; null when it does not, or when it is over. */
  announced: { addresses: readonly string[]; until: string; answers: boolean } | null;
  /** Where an earlier move ended; null: where the device joined. */
  settled: readonly string[] | null;
  /** Notices that were not obeyed, ever, by reason. */
  ignored: Partial<Record<string, number>>;
}

export interface MoveBookParts {
  facts: FactTable;
  /** What the device joined. */
  place: {
    url: () => string;
    addresses: () => readonly string[];
    authorities: () => readonly string[];
  };
  /** Milliseconds since 1970. */
  nowMs: () => number;
}

export class MoveBook {
  readonly #parts: MoveBookParts;

  constructor(parts: MoveBookParts) {
    this.#parts = parts;
  }

  /** Every address that may be used, best first, with the authorities that prove the collector there. */
  routes(): { url: string; authorities: readonly string[]; moved: boolean; mayJoin: boolean }[] {
    const { place } = this.#parts;
    const joined: Place = { addresses: place.addresses(), authorities: place.authorities() };
    const state = this.#state();
    return placesOf(state, joined).flatMap(({ place: { addresses, authorities }, moved }) => {
      // Who acknowledged a report there has the device's key: it is the collector.
      const mayJoin = !moved || state?.trial?.answers === true;
      return addresses.map((url) => ({ url, authorities, moved, mayJoin }));
    });
  }

  /** Of the newest notice obeyed; 0: none. */
  serial(): number {
    return this.#state()?.serial ?? 0;
  }

  /** `fromMoved`: it came over an address that an earlier notice named. Durable when this returns. */
  receive(sealed: Uint8Array, fromMoved: boolean): NoticeOutcome {
    const { facts, nowMs } = this.#parts;
    const joined = this.#joined();
    const key = facts.read('enrolment')?.noticeKey;
    if (!joined || !key) return { is: 'key-wanted' };
    const notice = opened(sealed, Buffer.from(key, 'hex'));
    if (typeof notice === 'string') return this.#ignored(notice);
    const state = heed(this.#state(), notice, joined, fromMoved, nowMs());
    if (typeof state === 'string') return this.#ignored(state);
    facts.write('move', state);
    return { is: 'obeyed', serial: notice.serial, addresses: notice.addresses };
  }

  /** The collector took what was sent over such an address. Writes only when that is news. */
  answered(moved: boolean): void {
    const state = this.#state();
    if (!state) return;
    const after = answeredBy(state, moved);
    if (after !== state) this.#parts.facts.write('move', after);
  }

  status(): MoveStatus {
    const state = this.#state();
    const trial = state?.trial;
    return {
      serial: state?.serial ?? 0,
      announced: trial
        ? {
            addresses: trial.addresses,
            until: new Date(trial.untilMs).toISOString(),
            answers: trial.answers,
          }
        : null,
      settled: state?.settled?.addresses ?? null,
      ignored: this.#parts.facts.read('noticesIgnored') ?? {},
    };
  }

  /** Trials that are over end here, durably: they must not begin again when a clock is put back. */
  #state(): MoveState | undefined {
    const { facts, nowMs } = this.#parts;
    const joined = this.#joined();
    const stored = facts.read('move');
    if (!joined || !stored) return undefined;
    const state = stateNow(stored, joined, nowMs());
    if (state && stored.trial && !state.trial) facts.write('move', state);
    return state;
  }

  #joined(): Joined | undefined {
    const { facts, place } = this.#parts;
    const enrolment = facts.read('enrolment');
    const home = place.url();
    // What was enrolled elsewhere says nothing of the place that was joined since.
    if (!enrolment || enrolment.collectorUrl !== home) return undefined;
    return { collectorId: enrolment.collectorId, home, byTls: place.authorities().length > 0 };
  }

  #ignored(why: IgnoredNotice | NoticeError['fault']): NoticeOutcome {
    const { facts } = this.#parts;
    const counts = facts.read('noticesIgnored') ?? {};
    facts.write('noticesIgnored', { ...counts, [why]: (counts[why] ?? 0) + 1 });
    return { is: 'ignored', why };
  }
}

function opened(sealed: Uint8Array, key: Uint8Array): MoveNotice | NoticeError['fault'] {
  try {
    return openNotice(sealed, key);
  } catch (error) {
    if (error instanceof NoticeError) return error.fault;
    throw error;
  }
}
