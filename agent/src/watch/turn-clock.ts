/** Monotonic milliseconds, read at most once in a turn of the event loop: a storm of events asks thousands of times. */
import type { Clock } from '../clock/clock.ts';

export class TurnClock {
  readonly #clock: Clock;
  #nowMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  nowMs(): number {
    if (this.#nowMs === undefined) {
      this.#nowMs = this.#clock.now().monotonicMs;
      setImmediate(() => {
        this.#nowMs = undefined;
      });
    }
    return this.#nowMs;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return this.#clock.sleep(ms, signal);
  }
}
