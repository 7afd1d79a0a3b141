/** How often questions about persons are taken: each has an entry in a log that is kept for long. Pure; time is passed in. */
import { BoundedCache } from '../control/bounded-cache.ts';

/** Of one token. */
const QUESTIONS_A_MINUTE = 60;
/** Of everybody together who shows a token that does not hold. A right one is taken whatever others try. */
const WRONG_TOKENS_A_MINUTE = 10;
const MS_A_MINUTE = 60_000;
/** Tokens are made by hand. */
const REMEMBERED_TOKENS = 1_000;

interface Bucket {
  left: number;
  filledAt: number;
}

export class AskPace {
  readonly #tokens = new BoundedCache<string, Bucket>(REMEMBERED_TOKENS);
  readonly #wrong: Bucket = { left: WRONG_TOKENS_A_MINUTE, filledAt: Number.NEGATIVE_INFINITY };

  /** False when this token has asked too much. */
  takes(tokenId: string, now: number): boolean {
    const bucket = this.#tokens.get(tokenId) ?? { left: QUESTIONS_A_MINUTE, filledAt: now };
    this.#tokens.set(tokenId, bucket);
    return takeOne(bucket, QUESTIONS_A_MINUTE, now);
  }

  /** False when too many were shown that do not hold: nothing more is written down of this one. */
  takesWrong(now: number): boolean {
    return takeOne(this.#wrong, WRONG_TOKENS_A_MINUTE, now);
  }
}

/** A clock that was put back adds nothing and takes nothing. */
function takeOne(bucket: Bucket, perMinute: number, now: number): boolean {
  const filled = bucket.left + (Math.max(0, now - bucket.filledAt) * perMinute) / MS_A_MINUTE;
  bucket.left = Math.min(perMinute, filled);
  bucket.filledAt = now;
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
}
