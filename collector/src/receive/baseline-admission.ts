/**
 * Who may send a whole inventory now. When a collector lost what it knew, every device has to tell everything again; let
 * in all at once they would stand in front of the reports of devices that have nothing to make good.
 *
 * A bucket fills with so many admissions a second. Whoever finds it empty gets an appointment behind those that have
 * one, and asks again when it comes: the devices themselves are the queue, so nothing is kept of any of them here. An
 * appointment is no claim, and somebody who came by chance may have taken the place; but as many are let in a second.
 *
 * Pure; time in milliseconds is passed in.
 */

export interface AdmissionLimits {
  perSecond: number;
  /** Admissions that a bucket unused for a while holds. */
  burst: number;
  /** Whoever would have to wait longer has no appointment, and asks again with its next usual report. */
  longestWaitSeconds: number;
}

/** Costs the collector something like a tenth of a core; see docs/benchmarks.md for what a first inventory takes. */
export const ADMISSIONS_PER_SECOND = 100;
const BURST_SECONDS = 2;
const LONGEST_WAIT_SECONDS = 3_600;

export function admissionLimits(perSecond: number = ADMISSIONS_PER_SECOND): AdmissionLimits {
  return {
    perSecond,
    burst: Math.max(1, perSecond * BURST_SECONDS),
    longestWaitSeconds: LONGEST_WAIT_SECONDS,
  };
}

/** `inSeconds`, a whole number: when to ask again; undefined: with the next report, whenever that is. */
export type AdmissionAnswer = { admitted: true } | { admitted: false; inSeconds: number | undefined };

export class BaselineAdmission {
  readonly #limits: AdmissionLimits;
  #tokens: number;
  #filledAt = Number.NEGATIVE_INFINITY;
  /** The last appointment given. */
  #bookedUntil = Number.NEGATIVE_INFINITY;

  constructor(limits: AdmissionLimits = admissionLimits()) {
    this.#limits = limits;
    this.#tokens = limits.burst;
  }

  ask(now: number): AdmissionAnswer {
    const { perSecond, burst, longestWaitSeconds } = this.#limits;
    // A clock that was put back adds nothing and takes nothing.
    const filled = this.#tokens + (Math.max(0, now - this.#filledAt) * perSecond) / 1000;
    this.#tokens = Math.min(burst, filled);
    this.#filledAt = now;
    if (this.#tokens >= 1) {
      this.#tokens--;
      return { admitted: true };
    }
    const next = Math.max(this.#bookedUntil, now) + 1000 / perSecond;
    if (next - now > longestWaitSeconds * 1000) return { admitted: false, inSeconds: undefined };
    this.#bookedUntil = next;
    return { admitted: false, inSeconds: Math.max(1, Math.ceil((next - now) / 1000)) };
  }

  /** Appointments that are still to come. */
  waiting(now: number): number {
    return Math.max(0, Math.round(((this.#bookedUntil - now) * this.#limits.perSecond) / 1000)) || 0;
  }
}
