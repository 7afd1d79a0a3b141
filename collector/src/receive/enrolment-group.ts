/**
 * Enrolments that arrive together are committed together. A commit waits for the disk on the thread that acknowledges
 * reports; while it waits more requests arrive, and the next commit takes all of them. Nobody waits for others to come.
 */

/** More would keep reports waiting: some microseconds each. */
const MOST_TOGETHER = 256;

/** Runs each and commits what they did; rejects as one when the commit fails. */
export type CommitTogether = <T>(works: readonly (() => T)[]) => PromiseSettledResult<T>[];

interface Waiting<T> {
  work: () => T;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
}

export class EnrolmentGroup<T> {
  readonly #commit: CommitTogether;
  #waiting: Waiting<T>[] = [];

  constructor(commit: CommitTogether) {
    this.#commit = commit;
  }

  /** Settles as `work` does, once that is on stable storage. */
  run(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      // Behind everything that has arrived by now.
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ work, resolve, reject });
    });
  }

  #flush(): void {
    const group = this.#waiting.slice(0, MOST_TOGETHER);
    this.#waiting = this.#waiting.slice(MOST_TOGETHER);
    if (this.#waiting.length > 0) setImmediate(() => this.#flush());
    try {
      const outcomes = this.#commit(group.map(({ work }) => work));
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome.status === 'fulfilled') group[index]?.resolve(outcome.value);
        else group[index]?.reject(outcome.reason);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
