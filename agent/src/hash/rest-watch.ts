/** Looks at the machine while there is something to hash, and only then: an idle agent wakes up for nothing. */
import { decideRest, type MachineState, NO_REST, type RestReason, type RestState } from './rest-decision.ts';

export interface RestWatchParts {
  look(): MachineState;
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** Something is being hashed or waits for it. */
  isBusy(): boolean;
  onChange(reason: RestReason | undefined): void;
}

/** The system's own figures are means of ten seconds. */
export const LOOK_EVERY_MS = 5_000;

export class RestWatch {
  readonly #parts: RestWatchParts;
  #state: RestState = NO_REST;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #restedMs = 0;
  #closed = false;

  constructor(parts: RestWatchParts) {
    this.#parts = parts;
  }

  get reason(): RestReason | undefined {
    return this.#state.reason;
  }

  /** Milliseconds that work waited because of it. */
  get restedMs(): number {
    return this.#restedMs;
  }

  /** Call it whenever there is work: what is decided is never older than a look. */
  wake(): void {
    if (this.#timer || this.#closed) return;
    if (this.#parts.nowMs() - this.#lookedAtMs >= LOOK_EVERY_MS) this.#look();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#parts.isBusy()) this.wake();
      else this.#forget();
    }, LOOK_EVERY_MS);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Who has nothing to do does not rest. That it may work in spite of a reason holds on, or what comes next would rest anew. */
  #forget(): void {
    const { reason, heedlessUntilMs } = this.#state;
    this.#state = { ...NO_REST, heedlessUntilMs };
    this.#lookedAtMs = Number.NEGATIVE_INFINITY;
    if (reason) this.#parts.onChange(undefined);
  }

  #look(): void {
    const nowMs = this.#parts.nowMs();
    const before = this.#state;
    if (before.reason) this.#restedMs += nowMs - this.#lookedAtMs;
    this.#lookedAtMs = nowMs;
    this.#state = decideRest(before, this.#parts.look(), nowMs);
    if (this.#state.reason !== before.reason) this.#parts.onChange(this.#state.reason);
  }
}
