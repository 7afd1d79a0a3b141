/** Gives the event loop its turn when a slice of time is used up. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** The event loop gets its turn after this many milliseconds of parsing. */
const SLICE_MS = 5;
const CALLS_PER_LOOK = 64;

export class TurnTaker {
  readonly #nowMs: () => number;
  #sinceMs: number;
  #calls = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#sinceMs = nowMs();
  }

  /** For small steps. undefined, so that awaiting costs a microtask only, unless it is time. */
  perhaps(): Promise<void> | undefined {
    return ++this.#calls % CALLS_PER_LOOK === 0 ? this.ifDue() : undefined;
  }

  /** For steps that may take long: looks at the time at each call. */
  ifDue(): Promise<void> | undefined {
    if (this.#nowMs() - this.#sinceMs < SLICE_MS) return undefined;
    return nextTurn().then(() => {
      this.#sinceMs = this.#nowMs();
    });
  }
}
