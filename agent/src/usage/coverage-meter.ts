/**
 * How much of the time in which the computer was on was observed, and with a person at it. What was not observed counts too: else nobody
 * could tell how much is not known. Pure: time comes in.
 */
import type { Instant } from '../clock/clock.ts';
import { spanUntil } from './interval-days.ts';
import { type Interval, MOST_BACK_MS } from './observed-intervals.ts';
import type { UsageSheet } from './usage-sheet.ts';
import type { MeterMark } from './usage-values.ts';

export class CoverageMeter {
  readonly #sheet: UsageSheet;
  /** Monotonic time up to which the computer counts as on; undefined before the agent was ever there. */
  #countedUntilMs: number | undefined;
  /** Whether a person was there at the last look. */
  #interactive: boolean | undefined;

  /** `mark`: how far an earlier agent counted. Of a boot that nobody saw all of it counts: the monotonic clock begins with it. */
  constructor(sheet: UsageSheet, bootId: string, mark: MeterMark | undefined) {
    this.#sheet = sheet;
    if (mark) this.#countedUntilMs = mark.bootId === bootId ? mark.monotonicMs : 0;
  }

  /** Nobody looked until now. */
  unwatched(run: string, at: Instant): void {
    this.#sheet.addCoverage(run, spanUntil(at, this.#countUntil(at)), 'unobserved');
  }

  /** `interval` ends with this look. A person was there in it when at both of its ends; undefined: not known. */
  looked(run: string, at: Instant, { near, covered }: Interval, interactive: boolean | undefined): void {
    const before = this.#interactive;
    this.#interactive = interactive;
    if (!near || !covered) {
      this.unwatched(run, at);
      return;
    }
    this.#countUntil(at);
    const isKnown = interactive !== undefined && before !== undefined;
    const throughout = isKnown ? interactive && before : undefined;
    this.#sheet.addCoverage(run, spanUntil(at, near.monotonicMs), { interactive: throughout });
  }

  /** From when on it has not been counted yet, monotonic milliseconds; from now on it is, up to `at`. */
  #countUntil(at: Instant): number {
    const fromMs = Math.max(this.#countedUntilMs ?? at.monotonicMs, at.monotonicMs - MOST_BACK_MS);
    this.#countedUntilMs = at.monotonicMs;
    return Math.min(fromMs, at.monotonicMs);
  }
}
