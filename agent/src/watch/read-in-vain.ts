/**
 * Files that were read and are not listed, by state (see identityKey), so that no pass reads them again. Bounded: the oldest
 * are forgotten, which costs reading them once more.
 */

/** With an execute bit, and no executables. */
const MOST_OTHER_FILES = 200_000;
const MOST_TOO_LONG = 10_000;
/** The machine may have been busy. */
const TRY_AGAIN_MS = 86_400_000;

export class ReadInVain {
  readonly #other = new Set<string>();
  /** When each was given up; milliseconds since 1970. */
  readonly #tooLong = new Map<string, number>();

  /** It is no executable. */
  isOther(key: string): boolean {
    return this.#other.has(key);
  }

  noteOther(key: string): void {
    forgetOldest(this.#other, MOST_OTHER_FILES);
    this.#other.add(key);
  }

  /** It was given up not long ago, because of its size or of the time that reading it took. */
  tookTooLong(key: string, nowMs: number): boolean {
    const ageMs = nowMs - (this.#tooLong.get(key) ?? Number.NEGATIVE_INFINITY);
    return ageMs >= 0 && ageMs < TRY_AGAIN_MS;
  }

  noteTooLong(key: string, nowMs: number): void {
    this.#tooLong.delete(key);
    forgetOldest(this.#tooLong, MOST_TOO_LONG);
    this.#tooLong.set(key, nowMs);
  }
}

/** Makes room for one more. */
function forgetOldest(remembered: Set<string> | Map<string, unknown>, most: number): void {
  if (remembered.size < most) return;
  for (const oldest of remembered.keys()) {
    remembered.delete(oldest);
    return;
  }
}
