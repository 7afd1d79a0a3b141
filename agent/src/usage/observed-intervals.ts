/**
 * What the interval between two looks at the process table is worth: from when on time may be counted in it that nobody saw, and
 * whether it was observed. Pure: time comes in with each look.
 */
import { DAY_MS, type Instant } from '../clock/clock.ts';
import type { MeterMark } from './usage-values.ts';

const CLOCKS_APART_MS = 5_000;
/** Intervals longer than this many sampling intervals were not observed. */
const COVERED_INTERVALS = 3;
const LEAST_COVERED_MS = 15_000;
/** A process that began so shortly before a look may be missing in it. */
const LOOK_TAKES_MS = 1_000;
/** Time is counted back this far at most when the agent was away. */
export const MOST_BACK_MS = 35 * DAY_MS;

export interface Interval {
  /**
   * From when on time may be counted that nobody saw, monotonic: the last look, also one of an earlier agent; the start of
   * time after a boot. Undefined when the interval is broken, or there was never a look.
   */
  since: number | undefined;
  /** The look before it, when that was so near that what went on in between is known. */
  near: Instant | undefined;
  /** Every process was looked at, at both ends. */
  covered: boolean;
  /** The clock was set or the computer slept: what comes belongs to a new run. */
  breaks: boolean;
}

export class ObservedIntervals {
  readonly #bootId: string;
  #sampleIntervalMs: number;
  /** Where the agent's last run stopped. */
  #mark: MeterMark | undefined;
  #last: Instant | undefined;
  /** Wall minus monotonic clock when the run began. */
  #runOffsetMs = 0;
  /** A look failed since the last one, or that one did not show every process. */
  #blind = false;
  /** Of the interval before the next look, when it was changed meanwhile. */
  #longestIntervalMs = 0;

  constructor(bootId: string, sampleIntervalMs: number, mark: MeterMark | undefined) {
    this.#bootId = bootId;
    this.#sampleIntervalMs = sampleIntervalMs;
    this.#mark = mark?.isResumable ? mark : undefined;
  }

  get last(): Instant | undefined {
    return this.#last;
  }

  set sampleIntervalMs(value: number) {
    // The interval that is under way was begun as one of the other length.
    if (value !== this.#sampleIntervalMs) this.#longestIntervalMs = Math.max(this.#sampleIntervalMs, value);
    this.#sampleIntervalMs = value;
  }

  /** The next look is like the first one ever. */
  interrupt(): void {
    this.#mark = undefined;
    this.#last = undefined;
    this.#blind = false;
  }

  missed(): void {
    this.#blind = true;
  }

  /** The one that ends now. `whole`: this look shows every process. */
  endingAt(at: Instant, whole: boolean): Interval {
    const since = this.#countableSince(at);
    const near = this.#last && since !== undefined && !this.#isGap(at, this.#last) ? this.#last : undefined;
    const breaks = this.#last !== undefined && since === undefined;
    return { since, near, covered: near !== undefined && whole && !this.#blind, breaks };
  }

  /**
   * Whether a process that was not known has begun since the last look. What began before it was either missed by a look that did not
   * show everything, or was not to be looked at until now. Before the first look ever there is no telling: nothing present then is a
   * launch; and what an earlier agent last saw may not have shown everything either.
   * `startedBootMs`: on the boot clock, which goes on while the computer sleeps.
   */
  hasBegunSince(startedBootMs: number): boolean {
    if (this.#last) return startedBootMs >= this.#last.bootMs - (this.#blind ? 0 : LOOK_TAKES_MS);
    if (!this.#mark) return false;
    return this.#mark.bootId !== this.#bootId || startedBootMs >= this.#mark.bootMs - LOOK_TAKES_MS;
  }

  /** The next interval begins. */
  looked(at: Instant, whole: boolean, { since }: Interval): void {
    if (!this.#last || since === undefined) this.#runOffsetMs = at.wallMs - at.monotonicMs;
    this.#last = at;
    this.#blind = !whole;
    this.#longestIntervalMs = 0;
  }

  #countableSince(at: Instant): number | undefined {
    const earliest = at.monotonicMs - MOST_BACK_MS;
    const suspendedMs = at.bootMs - at.monotonicMs;
    if (this.#last) {
      const apart = Math.abs(at.wallMs - at.monotonicMs - this.#runOffsetMs);
      const backwards = at.monotonicMs < this.#last.monotonicMs;
      return apart > CLOCKS_APART_MS || backwards ? undefined : Math.max(this.#last.monotonicMs, earliest);
    }
    const mark = this.#mark;
    if (!mark) return undefined;
    if (mark.bootId !== this.#bootId) return Math.abs(suspendedMs) > CLOCKS_APART_MS ? undefined : earliest;
    const asleep = suspendedMs - (mark.bootMs - mark.monotonicMs);
    if (Math.abs(asleep) > CLOCKS_APART_MS || mark.monotonicMs > at.monotonicMs) return undefined;
    return Math.max(mark.monotonicMs, earliest);
  }

  #isGap(at: Instant, last: Instant): boolean {
    const intervalMs = Math.max(this.#sampleIntervalMs, this.#longestIntervalMs);
    return at.monotonicMs - last.monotonicMs > Math.max(COVERED_INTERVALS * intervalMs, LEAST_COVERED_MS);
  }
}
