/**
 * Whether somebody could look at a program while it ran: in front, or behind a lock. Pure.
 *
 * Who was in front when an interval began counts as in front for all of it, or until it ended. A program that was not is only known not to
 * have been while every desktop could be asked, and if it was there at the moment of the question.
 */
import type { Interval } from './observed-intervals.ts';

/** As it is at a look. */
export interface Attention {
  /** Processes in front, as ObservedProcess names them, and the look at which that was asked: when, on the monotonic clock. */
  inFront: ReadonlySet<string>;
  askedMs: number;
  /** False: others may be as well. */
  isWhole: boolean;
  /** Users who have sessions, all of which are locked; undefined: not known. */
  lockedUsers: ReadonlySet<string> | undefined;
}

/** Of a stretch of one program's time. Undefined: not known. */
export interface StretchAttention {
  inFront: boolean | undefined;
  locked: boolean | undefined;
}

const NOT_KNOWN: StretchAttention = { inFront: undefined, locked: undefined };

/** Of what ran in an interval that ends now. Keys say which program of which user it was. */
export class IntervalAttention {
  readonly #sinceMs: number;
  readonly #attention: Attention | undefined;
  readonly #keys: ReadonlySet<string>;
  readonly #ranBefore: { has(key: string): boolean };

  /**
   * `keyOf`: what a process counted under that was there when the interval began; undefined: it was not. `ranBefore`: the keys of all
   * of these.
   */
  constructor(
    { near, covered }: Interval,
    attention: Attention | undefined,
    keyOf: (process: string) => string | undefined,
    ranBefore: { has(key: string): boolean },
  ) {
    this.#sinceMs = near && covered ? near.monotonicMs : Number.POSITIVE_INFINITY;
    this.#attention = attention;
    this.#ranBefore = ranBefore;
    const keys = [...(attention?.inFront ?? [])].map(keyOf);
    this.#keys = new Set(keys.filter((key) => key !== undefined));
  }

  /** `fromMs`: when the stretch began, monotonic. What went on before the interval nobody looked at. */
  of(key: string, user: string, fromMs: number): StretchAttention {
    const attention = this.#attention;
    if (!attention || fromMs < this.#sinceMs) return NOT_KNOWN;
    const locked = attention.lockedUsers?.has(user);
    const wasThere = fromMs === this.#sinceMs && this.#ranBefore.has(key);
    if (wasThere && this.#keys.has(key)) return { inFront: locked !== true, locked };
    const isAnswered = attention.isWhole && attention.askedMs >= this.#sinceMs;
    return { inFront: wasThere && isAnswered ? false : undefined, locked };
  }
}
