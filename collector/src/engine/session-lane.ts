import { shuttingDown, tooManyQueries } from './engine-error.ts';

interface Waiter<T> {
  give: (item: T) => void;
  refuse: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/**
 * A bounded pool of things that serve one user at a time, with a bounded queue of bounded patience.
 * An engine session is serial, so a lane is what keeps a slow query from delaying anybody else's.
 */
export class SessionLane<T> {
  readonly #free: T[];
  readonly #waiting: Waiter<T>[] = [];
  readonly #name: string;
  readonly #queue: number;
  readonly #patienceMs: number;
  readonly size: number;
  #closed = false;

  constructor(name: string, items: readonly T[], queue: number, patienceMs: number) {
    this.#name = name;
    this.#free = [...items];
    this.#queue = queue;
    this.#patienceMs = patienceMs;
    this.size = items.length;
  }

  get queued(): number {
    return this.#waiting.length;
  }

  get busy(): number {
    return this.size - this.#free.length;
  }

  /** Run `work` on one free item; it is given back when the promise of `work` settles, never earlier. */
  async use<R>(signal: AbortSignal, work: (item: T) => Promise<R>): Promise<R> {
    const item = await this.#take(signal);
    try {
      return await work(item);
    } finally {
      this.#giveBack(item);
    }
  }

  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiting.splice(0)) {
      clearTimeout(waiter.timer);
      waiter.refuse(shuttingDown());
    }
  }

  #take(signal: AbortSignal): Promise<T> {
    if (this.#closed) return Promise.reject(shuttingDown());
    signal.throwIfAborted();
    const free = this.#free.pop();
    if (free !== undefined) return Promise.resolve(free);
    if (this.#waiting.length >= this.#queue) {
      return Promise.reject(
        tooManyQueries(`${this.size} ${this.#name} queries run and ${this.#queue} wait; ask again later.`, 5),
      );
    }
    return new Promise((resolve, reject) => {
      const leave = (error: Error) => {
        const at = this.#waiting.indexOf(waiter);
        if (at >= 0) this.#waiting.splice(at, 1);
        clearTimeout(waiter.timer);
        signal.removeEventListener('abort', aborted);
        reject(error);
      };
      const aborted = () => leave(signal.reason as Error);
      const waited = () =>
        leave(
          tooManyQueries(
            `No ${this.#name} session became free within ${this.#patienceMs} ms; ask again later.`,
            5,
          ),
        );
      const waiter: Waiter<T> = {
        give: (item) => {
          clearTimeout(waiter.timer);
          signal.removeEventListener('abort', aborted);
          resolve(item);
        },
        refuse: reject,
        timer: setTimeout(waited, this.#patienceMs),
      };
      signal.addEventListener('abort', aborted, { once: true });
      this.#waiting.push(waiter);
    });
  }

  #giveBack(item: T): void {
    const next = this.#waiting.shift();
    if (next) next.give(item);
    else this.#free.push(item);
  }
}
