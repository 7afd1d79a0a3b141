/**
 * One search for an X server at a time. A search looks at every process, and may wait for ever for a file on a server that does not answer,
 * in a thread of which the runtime has few: while one is out, nobody begins another.
 */
import type { Display } from './focus.ts';
import type { XServer } from './x-server.linux.ts';

export type FindXServer = (display: Display, signal: AbortSignal) => Promise<XServer>;

export class XServerSearch {
  readonly #find: FindXServer;
  #search: Promise<XServer> | undefined;

  constructor(find: FindXServer) {
    this.#find = find;
  }

  /** Waits for the search before it. Rejects as that of the constructor, and with the reason of the signal when that comes first. */
  async find(display: Display, signal: AbortSignal): Promise<XServer> {
    while (this.#search) await unlessAborted(this.#search, signal).catch(() => signal.throwIfAborted());
    const search = this.#find(display, signal).finally(() => {
      this.#search = undefined;
    });
    this.#search = search;
    try {
      return await unlessAborted(search, signal);
    } catch (error) {
      // What is found when nobody waits for it any more.
      search.then(
        ({ socket }) => socket[Symbol.dispose](),
        () => undefined,
      );
      throw error;
    }
  }
}

/** Rejects with the reason of the signal when that is aborted first. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason);
    if (signal.aborted) aborted();
    signal.addEventListener('abort', aborted, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}
