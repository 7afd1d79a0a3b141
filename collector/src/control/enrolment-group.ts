/**
 * Enrolments that arrive together are committed together: one wait for the disk serves them all. While it lasts more
 * requests arrive, and the next commit takes all of them. Nobody waits for others to come.
 */

/** More would keep reports waiting: some 100 microseconds each. */
const MOST_TOGETHER = 32;

/** Runs each and commits what they did; rejects as one when the commit fails. */
export type CommitTogether = <T>(works: readonly (() => T)[]) => Promise<PromiseSettledResult<T>[]>;

interface Waiting<T> {
  work: () => T;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
}

export class EnrolmentGroup<T> {
  readonly #commit: CommitTogether;
  #waiting: Waiting<T>[] = [];
  #isCommitting = false;

  constructor(commit: CommitTogether) {
    this.#commit = commit;
  }

  /** Settles as `work` does, once that is on stable storage. */
  run(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      // Behind everything that has arrived by now.
      if (!this.#isCommitting) setImmediate(() => void this.#commitWaiting());
      this.#isCommitting = true;
    });
  }

  async #commitWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MOST_TOGETHER);
      try {
        const outcomes = await this.#commit(group.map(({ work }) => work));
        for (const [index, outcome] of outcomes.entries()) {
          if (outcome.status === 'fulfilled') group[index]?.resolve(outcome.value);
          else group[index]?.reject(outcome.reason);
        }
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#isCommitting = false;
  }
}
