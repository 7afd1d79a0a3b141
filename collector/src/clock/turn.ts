/** Shares the event loop: long work asks between its pieces, and lets others in once it has had its turn. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Requests wait at most about this long behind one turn, while they have the loop for the rest of the time. */
const TURN_MS = 1;
/** In a flood of requests their turns get long, and so do these: what was received has to be processed as well. */
const LONGEST_TURN_MS = 50;
const PART_OF_THE_OTHERS = 0.25;
/** A request needs the loop several times. As many turns in a row it gets before the long work goes on. */
const TURNS_OF_THE_OTHERS = 4;
/** A turn of the others that was shorter had nothing in it. */
const EMPTY_TURN_MS = 0.1;

export class Turn {
  #began = performance.now();
  #lengthMs = TURN_MS;

  /** Resolves at once, or after the others had theirs. */
  async share(): Promise<void> {
    const asked = performance.now();
    if (asked - this.#began < this.#lengthMs) return;
    this.#began = asked;
    for (let turns = 0; turns < TURNS_OF_THE_OTHERS; turns++) {
      const since = this.#began;
      await nextTurn();
      this.#began = performance.now();
      if (this.#began - since < EMPTY_TURN_MS) break;
    }
    this.#lengthMs = Math.min(LONGEST_TURN_MS, Math.max(TURN_MS, (this.#began - asked) * PART_OF_THE_OTHERS));
  }
}
