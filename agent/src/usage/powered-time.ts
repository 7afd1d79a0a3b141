/**
 * How long the computer was on and awake, whether anybody looked or not: what was observed is a share of it. Pure: time comes in.
 */
import type { Instant } from '../clock/clock.ts';
import { MOST_BACK_MS } from './observed-intervals.ts';
import type { MeterMark } from './usage-values.ts';

export class PoweredTime {
  /** Monotonic time up to which it is counted; undefined before the agent was ever there. */
  #untilMs: number | undefined;

  /** `mark`: how far an earlier agent counted. Of a boot that nobody saw all of it counts: the monotonic clock begins with it. */
  constructor(bootId: string, mark: MeterMark | undefined) {
    if (mark) this.#untilMs = mark.bootId === bootId ? mark.monotonicMs : 0;
  }

  /** From when on it has not been counted yet, monotonic milliseconds; from now on it is, up to `at`. */
  countUntil(at: Instant): number {
    const fromMs = Math.max(this.#untilMs ?? at.monotonicMs, at.monotonicMs - MOST_BACK_MS);
    this.#untilMs = at.monotonicMs;
    return Math.min(fromMs, at.monotonicMs);
  }
}
