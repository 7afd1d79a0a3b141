/** Sums what is known of a program's time in front and behind a lock, and decides what may be told of it. Pure. */
import { ENOUGH_FRONT_SECONDS } from '@fleetmeter/proto';
import type { StretchAttention } from './attention.ts';
import type { RowAttention } from './usage-values.ts';

/** Of the time it ran, of which it may be unknown whether it was behind a lock. */
const MOST_LOCK_UNKNOWN = 0.1;

export class AttentionSum {
  #frontMs = 0;
  #frontUnknownMs = 0;
  #lockedMs = 0;
  #lockedUnknownMs = 0;

  add(milliseconds: number, { inFront, locked }: StretchAttention): void {
    if (inFront === undefined) this.#frontUnknownMs += milliseconds;
    else if (inFront) this.#frontMs += milliseconds;
    if (locked === undefined) this.#lockedUnknownMs += milliseconds;
    else if (locked) this.#lockedMs += milliseconds;
  }

  /** Both are of the same time, as far as anybody knows. */
  unite(other: AttentionSum): void {
    this.#frontMs = Math.max(this.#frontMs, other.#frontMs);
    this.#frontUnknownMs = Math.max(this.#frontUnknownMs, other.#frontUnknownMs);
    this.#lockedMs = Math.max(this.#lockedMs, other.#lockedMs);
    this.#lockedUnknownMs = Math.max(this.#lockedUnknownMs, other.#lockedUnknownMs);
  }

  /** `seconds`: what is told of how long it ran. */
  value(seconds: number): RowAttention {
    const told = (milliseconds: number): number => Math.min(Math.floor(milliseconds / 1000), seconds);
    const isLockedKnown = this.#lockedUnknownMs <= MOST_LOCK_UNKNOWN * 1000 * seconds;
    return {
      frontSeconds: this.#frontMs > 0 ? told(this.#frontMs) : undefined,
      frontUnknownSeconds: Math.min(Math.ceil(this.#frontUnknownMs / 1000), seconds),
      lockedSeconds: isLockedKnown ? told(this.#lockedMs) : undefined,
    };
  }
}

/** What the rows of one program, user and day come to, over all runs. */
export interface DayAttention {
  frontSeconds: number;
  frontUnknownSeconds: number;
}

/** May be told at once, and then whenever it grows. */
export function isEnoughInFront(frontSeconds: number | undefined): boolean {
  return frontSeconds !== undefined && frontSeconds >= ENOUGH_FRONT_SECONDS;
}

/**
 * Whether it may be told of a day that is over. Less than enough says "hardly looked at", which is only so when it was not enough even
 * with all the time that is unknown; and what is told is merged by the largest value, so that too small a one would stay. Decided
 * over the whole day: half of it under X11 says nothing of the half under something else.
 */
export function isKnownAtClose({ frontSeconds, frontUnknownSeconds }: DayAttention): boolean {
  return isEnoughInFront(frontSeconds) || frontSeconds + frontUnknownSeconds < ENOUGH_FRONT_SECONDS;
}
