/**
 * Derivations share staging tables and the numbers of applications, which mean nothing beyond one round: whoever derives,
 * for whatever reason, has its turn here.
 */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs when everything that was asked for before is done, also when that failed. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
