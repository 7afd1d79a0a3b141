/**
 * The first reading of the package databases. It takes as long as hashing hundreds of megabytes, so it does not begin before
 * somebody needs it: until the first program is hashed the processors are for the threads that list and hash.
 */
export class FirstReading {
  readonly #read: () => Promise<void>;
  #reading: Promise<void> | undefined;
  #isOver = false;

  /** `read` must not reject. */
  constructor(read: () => Promise<void>) {
    this.#read = read;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Begins it unless it has begun. undefined: it is over. */
  wait(): Promise<void> | undefined {
    if (this.#isOver) return undefined;
    this.#reading ??= this.#read().then(() => {
      this.#isOver = true;
    });
    return this.#reading;
  }
}
