/**
 * The hard limit of the agent's state. Long before the database is full, what is needed least goes: usage that the
 * collector has, evidence that nobody refers to, then usage that was never reported, each oldest first. What is
 * installed stays; when it alone fills the database, further files are told as skipped.
 */
import type { AgentStore } from './agent-store.ts';

/** Shares of the most that the database may hold. */
const RELIEF_FROM = 0.85;
const RELIEF_DOWN_TO = 0.75;
/** The rest is for reports, usage and status, so that an agent at its limit goes on reporting. */
const FULL_FROM = 0.92;
/** Files; all of them together take little of what is left above FULL_FROM. */
const LOOK_FOR_EACH = 16;

/** Since the agent's start. */
export interface Forgotten {
  /** Usage rows that the collector has. */
  acknowledged: number;
  /** Usage rows that nobody will ever know of. */
  unreported: number;
}

export class StateLimit {
  readonly #store: AgentStore;
  readonly #today: () => number;
  #askedFor = 0;
  #wasFull = false;
  readonly forgotten: Forgotten = { acknowledged: 0, unreported: 0 };

  /** `today` gives days since 1970-01-01 UTC. */
  constructor(store: AgentStore, today: () => number) {
    this.#store = store;
    this.#today = today;
  }

  /** Whether files that are not known yet must be left out. Asked for each file, so it looks for one in a few. */
  get isFull(): boolean {
    if (this.#askedFor++ % LOOK_FOR_EACH === 0) this.#wasFull = this.#share() >= FULL_FROM;
    return this.#wasFull;
  }

  /** Lets go of what is beyond the limit; nearly free when nothing is. Returns what went now. */
  keep(): Forgotten {
    const now: Forgotten = { acknowledged: 0, unreported: 0 };
    // What is given up now makes room for the very next file.
    this.#askedFor = 0;
    if (this.#share() < RELIEF_FROM) return now;
    const { usage, inventory, outbox } = this.#store;
    const enough = (): boolean => this.#share() <= RELIEF_DOWN_TO;
    while (!enough()) {
      const rows = usage.forgetOldestAcknowledgedDay();
      if (rows === 0) break;
      now.acknowledged += rows;
    }
    if (!enough()) inventory.forgetUnneeded(outbox.epoch()?.ackedTouch ?? 0, this.#today() + 1);
    while (!enough()) {
      const rows = usage.forgetOldestDay();
      if (rows === 0) break;
      now.unreported += rows;
    }
    this.#count(now);
    return now;
  }

  /** Rows that had to go for another reason than room. */
  lost(unreported: number): void {
    this.#count({ acknowledged: 0, unreported });
  }

  #count({ acknowledged, unreported }: Forgotten): void {
    this.forgotten.acknowledged += acknowledged;
    this.forgotten.unreported += unreported;
  }

  #share(): number {
    const { usedBytes, mostBytes } = this.#store.room();
    return usedBytes / mostBytes;
  }
}
