/** Shares the event loop: long work asks between its pieces, and lets others in once it has had its turn. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Requests wait at most about this long behind one turn, while they have the loop for the rest of the time. */
const TURN_MS = 2;
/** In a flood of requests their turns get long, and so do these: what was received has to be processed as well. */
const LONGEST_TURN_MS = 50;
const PART_OF_THE_OTHERS = 0.25;

export class Turn {
  #began = performance.now();
  #lengthMs = TURN_MS;

  /** Resolves at once, or after the others had theirs. */
  async share(): Promise<void> {
    const asked = performance.now();
    if (asked - this.#began < this.#lengthMs) return;
    await nextTurn();
    this.#began = performance.now();
    this.#lengthMs = Math.min(LONGEST_TURN_MS, Math.max(TURN_MS, (this.#began - asked) * PART_OF_THE_OTHERS));
  }
}
