/**
 * Who is asked for which evidence. Thousands of devices have the same new file within one hour; each id is
 * leased to a few of them for a while, and to others when they did not answer in time.
 *
 * A lease is a hint, kept in memory only: losing it means that somebody is asked twice.
 */
import type { ExecutableId } from '@fleetmeter/proto';

export interface LeaseTerms {
  /** Devices asked for one id at the same time. */
  devicesPerId: number;
  leaseMs: number;
  /** A second and third device are asked only this long after the one before, which mostly has answered by then. */
  nextAfterMs: number;
  /** Ids remembered, about 250 bytes each; beyond it the oldest leases are forgotten. */
  maxIds: number;
}
const LEASE_TERMS: LeaseTerms = {
  devicesPerId: 3,
  leaseMs: 10 * 60 * 1000,
  nextAfterMs: 60 * 1000,
  maxIds: 200_000,
};

interface Holder {
  deviceId: string;
  /** Milliseconds since 1970. */
  until: number;
}

/** The executable's number, which is looked up ten times as fast, or its id while it has none. */
export type LeaseKey = number | ExecutableId;

export class EvidenceLeases {
  readonly #terms: LeaseTerms;
  readonly #holders = new Map<LeaseKey, Holder[]>();

  constructor(terms: Partial<LeaseTerms> = {}) {
    this.#terms = { ...LEASE_TERMS, ...terms };
  }

  /**
   * Positions of those of the wanted executables that this device may be asked for now, at most `limit`; they are
   * leased to it. One it holds already is not asked for again before its lease ends.
   */
  take(deviceId: string, wanted: readonly LeaseKey[], limit: number, now: number): number[] {
    const taken: number[] = [];
    for (const [position, id] of wanted.entries()) {
      if (taken.length >= limit) break;
      const holders = this.#holders.get(id) ?? [];
      if (!this.#mayTake(holders, deviceId, now)) continue;
      const live = holders.filter((holder) => this.#isLive(holder, now));
      live.push({ deviceId, until: now + this.#terms.leaseMs });
      // Put at the end, so that the front of the map is what was leased longest ago.
      this.#holders.delete(id);
      this.#holders.set(id, live);
      taken.push(position);
    }
    this.#forgetOldest();
    return taken;
  }

  /** Written as a loop: in a first inventory most ids are held by others, thousands of them per report. */
  #mayTake(holders: readonly Holder[], deviceId: string, now: number): boolean {
    const { leaseMs, nextAfterMs } = this.#terms;
    let live = 0;
    for (const holder of holders) {
      if (!this.#isLive(holder, now)) continue;
      if (holder.deviceId === deviceId || holder.until - leaseMs + nextAfterMs > now) return false;
      live += 1;
    }
    return live < this.#terms.devicesPerId;
  }

  /** A lease that ends later than one taken now was taken before the clock was set back. */
  #isLive({ until }: Holder, now: number): boolean {
    return until > now && until <= now + this.#terms.leaseMs;
  }

  /** The question never reached the device: others, or the same one, may be asked at once. */
  giveBack(deviceId: string, ids: Iterable<LeaseKey>): void {
    for (const id of ids) {
      const left = (this.#holders.get(id) ?? []).filter((holder) => holder.deviceId !== deviceId);
      if (left.length === 0) this.#holders.delete(id);
      else this.#holders.set(id, left);
    }
  }

  /** Ids remembered. */
  get size(): number {
    return this.#holders.size;
  }

  #forgetOldest(): void {
    for (const id of this.#holders.keys()) {
      if (this.#holders.size <= this.#terms.maxIds) return;
      this.#holders.delete(id);
    }
  }
}
