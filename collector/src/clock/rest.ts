/** The pauses of a job that goes round and round, which somebody may end early. */

export class Rest {
  #end: (() => void) | undefined;
  #woken = false;

  /** Resolves after so many milliseconds, or when woken; at once when that happened since the last rest began. */
  for(milliseconds = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.#woken) {
      this.#woken = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#end = undefined;
        resolve();
      };
      const timer = Number.isFinite(milliseconds) ? setTimeout(end, milliseconds) : undefined;
      this.#end = end;
    });
  }

  /** Ends the rest, or the next one: whoever is at work now may not have seen what it is woken for. */
  wake(): void {
    if (this.#end) this.#end();
    else this.#woken = true;
  }
}
