/**
 * Shares the event loop: long work asks between its pieces, and lets others in once it has had its turn. Reports are answered
 * in a thread of their own; who joins, what receivers noted and the page wait here.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

const TURN_MS = 4;

export class Turn {
  #began = performance.now();

  /** Resolves at once, or after the others had theirs. */
  async share(): Promise<void> {
    if (performance.now() - this.#began < TURN_MS) return;
    await nextTurn();
    this.#began = performance.now();
  }
}
