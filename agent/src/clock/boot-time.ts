/**
 * Milliseconds since boot, suspension included. Asking the system costs more than most of what asks for the time, and
 * its clock runs beside the monotonic one but for suspension, through which the wall clock goes on: the system is asked
 * again when the wall clock has moved against the monotonic one, and now and then in any case. Pure but for its reader.
 */

/** Smaller moves are the wall clock being steered, and readings a moment apart. */
const MOVED_MS = 5;
/** Monotonic milliseconds after which an answer is no longer built on. */
const ASK_EVERY_MS = 1_000;

export class BootTime {
  readonly #readUptimeMs: () => number | undefined;
  #asked: { monotonicMs: number; aheadMs: number; wallAheadMs: number } | undefined;

  /** `readUptimeMs`: what the system says; undefined where it does not, and boot time is the monotonic time then. */
  constructor(readUptimeMs: () => number | undefined) {
    this.#readUptimeMs = readUptimeMs;
  }

  /** At a moment of the monotonic and the wall clock, both in milliseconds. */
  at(monotonicMs: number, wallMs: number): number {
    const before = this.#asked;
    const wallAheadMs = wallMs - monotonicMs;
    const isFresh =
      before !== undefined &&
      monotonicMs >= before.monotonicMs &&
      monotonicMs - before.monotonicMs < ASK_EVERY_MS &&
      Math.abs(wallAheadMs - before.wallAheadMs) < MOVED_MS;
    if (isFresh) return monotonicMs + before.aheadMs;
    const bootMs = this.#readUptimeMs() ?? monotonicMs;
    this.#asked = { monotonicMs, aheadMs: bootMs - monotonicMs, wallAheadMs };
    return bootMs;
  }
}
