/** Spreads reading over time, so that a scan does not take the disk from the person at the computer. Pure. */
export class HashPace {
  readonly #bytesPerMs: number;
  #freeAtMs = 0;

  /** Bytes per second; Infinity reads as fast as it can. */
  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / 1000;
  }

  /** Milliseconds to wait after `bytes` were read at `nowMs` (monotonic). Time spent idle is not saved up. */
  delayAfter(bytes: number, nowMs: number): number {
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + bytes / this.#bytesPerMs;
    return Math.max(0, this.#freeAtMs - nowMs);
  }
}
