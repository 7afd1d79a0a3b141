/**
 * Lets a few go in each turn of the event loop. Answers come in handfuls and several handfuls in one turn; what each of them
 * then takes, with the transactions that it fills, would add up to tens of milliseconds in which nothing else has its turn.
 */
export class FewPerTurn {
  readonly #most: number;
  #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves in a later turn, in the order of asking. */
  turn(): Promise<void> {
    return new Promise((go) => {
      if (this.#waiting.push(go) === 1) setImmediate(() => this.#letGo());
    });
  }

  #letGo(): void {
    const [going, left] = [this.#waiting.slice(0, this.#most), this.#waiting.slice(this.#most)];
    this.#waiting = left;
    if (left.length > 0) setImmediate(() => this.#letGo());
    for (const go of going) go();
  }
}
