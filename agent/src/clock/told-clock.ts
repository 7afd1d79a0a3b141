/**
 * The computer's clock, corrected by what the collector's clock says where both are far apart: so that the day on which something
 * was used is the right one also where nobody has set the clock. Only for naming days; times of files are compared with the clock
 * that wrote them. Pure: time comes in.
 *
 * Over TLS a clock that is wrong by more than the life of a certificate keeps the agent from being answered at all; then nothing is
 * corrected, and what it reports once the clock is right is put aside by the collector with its reason.
 */
import type { Clock, Instant } from './clock.ts';

/** Smaller differences are the way there and back, and clocks that nobody minds. */
const WORTH_CORRECTING_MS = 120_000;
/** A correction stays while what is heard differs from it by less: it comes in whole seconds, and each change would be a jump. */
const SAME_MS = 30_000;
/** An answer that took longer says nothing of now. */
const LONGEST_WAY_MS = 60_000;
/** Wall against boot clock: beyond this the clock was set. */
const CLOCKS_APART_MS = 5_000;
/** A time that comes in whole seconds lies on average so far behind. */
const HALF_A_SECOND_MS = 500;

interface Told {
  /** By how much the computer's clock is ahead. */
  aheadMs: number;
  /** Of the computer's own clocks when that was heard. */
  wallAheadOfBootMs: number;
}

export class ToldClock implements Pick<Clock, 'now'> {
  readonly #clock: Pick<Clock, 'now'>;
  #told: Told | undefined;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  now(): Instant {
    const at = this.#clock.now();
    return { ...at, wallMs: at.wallMs - this.#correctionMs(at) };
  }

  /** `theirMs`: the collector's time in an answer, milliseconds since 1970. */
  heard(theirMs: number, asked: Instant, answered: Instant): void {
    const tookMs = answered.monotonicMs - asked.monotonicMs;
    const wasSet =
      Math.abs(answered.wallMs - asked.wallMs - (answered.bootMs - asked.bootMs)) > CLOCKS_APART_MS;
    if (!Number.isFinite(theirMs) || tookMs > LONGEST_WAY_MS || wasSet) return;
    const aheadMs = Math.round(answered.wallMs - tookMs / 2 - theirMs - HALF_A_SECOND_MS);
    const before = this.#valid(answered);
    if (before && Math.abs(aheadMs - before.aheadMs) < SAME_MS) return;
    this.#told = { aheadMs, wallAheadOfBootMs: answered.wallMs - answered.bootMs };
  }

  /** By how much the computer's clock is ahead of the collector's; 0 for what is not worth a word, undefined when that is not known. */
  aheadSeconds(): number | undefined {
    const at = this.#clock.now();
    return this.#valid(at) && Math.trunc(this.#correctionMs(at) / 1000);
  }

  #correctionMs(at: Instant): number {
    const aheadMs = this.#valid(at)?.aheadMs ?? 0;
    return Math.abs(aheadMs) < WORTH_CORRECTING_MS ? 0 : aheadMs;
  }

  /** Once somebody has set the clock, nothing is known of it until the next answer. */
  #valid(at: Instant): Told | undefined {
    const told = this.#told;
    return told && Math.abs(at.wallMs - at.bootMs - told.wallAheadOfBootMs) <= CLOCKS_APART_MS
      ? told
      : undefined;
  }
}
