/**
 * Files that were to be hashed while hashing rests. Nothing waits for them: whatever else is found goes on, and they are
 * looked at again when it works.
 */
const MOST_REMEMBERED = 5_000;

export class PutOffFiles {
  #paths = new Set<string>();
  #tooMany = false;

  /** Of more files than are remembered: at least so many. */
  get size(): number {
    return this.#paths.size;
  }

  add(path: string): void {
    if (this.#paths.size < MOST_REMEMBERED) this.#paths.add(path);
    else if (!this.#paths.has(path)) this.#tooMany = true;
  }

  /** Forgets them. undefined: they are too many to be named, so all has to be looked at. */
  take(): ReadonlySet<string> | undefined {
    const [paths, tooMany] = [this.#paths, this.#tooMany];
    this.#paths = new Set();
    this.#tooMany = false;
    return tooMany ? undefined : paths;
  }
}
