/**
 * Live data first: a first inventory takes the thread some milliseconds where an hourly report takes a tenth of one,
 * and a hundred of them that arrive, or become durable, together would keep everybody else waiting for their sum. So
 * large messages go on one at a time, and between two of them whatever else is ready has its turn.
 *
 * Nothing is kept here but the order: each waiting message is held by its own connection, whose number is limited.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** An hourly report has some hundred bytes, a first inventory of 2,000 executables 16 kB. */
export const LARGE_BYTES = 4 * 1024;

export class LargeMessageLane {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when a message of this size may take the thread; at once, without a turn of the loop, for a small one. */
  async turn(bytes: number): Promise<void> {
    if (bytes < LARGE_BYTES) return;
    const before = this.#last;
    this.#last = before.then(() => nextTurn());
    await this.#last;
  }
}
