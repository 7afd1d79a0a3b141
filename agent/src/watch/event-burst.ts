/**
 * So many events at once that the kernel's queue, which drops what it has no room for, may have been full. All that it had queued
 * comes in one turn of the event loop; half a queue is too close to a full one.
 */
export class EventBurst {
  readonly #queueLength: number;
  readonly #onBurst: () => void;
  #thisTurn = 0;

  constructor(queueLength: number, onBurst: () => void) {
    this.#queueLength = queueLength;
    this.#onBurst = onBurst;
  }

  /** An event came. */
  count(): void {
    if (this.#thisTurn++ > 0) return;
    setImmediate(() => {
      if (this.#thisTurn >= this.#queueLength / 2) this.#onBurst();
      this.#thisTurn = 0;
    });
  }
}
