/** Shares the event loop: long work asks between its pieces, and lets others in once it has had its turn. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Requests wait at most about this long behind one turn. */
const TURN_MS = 2;

export class Turn {
  #began = performance.now();

  /** Resolves at once, or after the others had theirs. */
  async share(): Promise<void> {
    if (performance.now() - this.#began < TURN_MS) return;
    await nextTurn();
    this.#began = performance.now();
  }
}
