/** The way to a collector that can be gone, and what went over it. */
import type { ApiPath, Exchange, HttpAnswer } from '../../agent/src/send/http-exchange.ts';

export class SwitchedExchange implements Exchange {
  readonly #up: Exchange;
  /** Asked for each request. */
  readonly #isDown: () => boolean;
  readonly #now: () => number;
  /** When a request found nobody, by the device's clock. */
  readonly triesInVain: number[] = [];
  /** Most requests that were under way at the same time. */
  mostAtOnce = 0;
  #underWay = 0;

  constructor(up: Exchange, isDown: () => boolean, now: () => number) {
    this.#up = up;
    this.#isDown = isDown;
    this.#now = now;
  }

  get sentBytes(): number {
    return this.#up.sentBytes;
  }

  async post(path: ApiPath, envelope: Uint8Array, signal: AbortSignal): Promise<HttpAnswer> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#underWay);
    try {
      if (!this.#isDown()) return await this.#up.post(path, envelope, signal);
      this.triesInVain.push(this.#now());
      throw new Error('connect ECONNREFUSED');
    } finally {
      this.#underWay--;
    }
  }

  close(): Promise<void> {
    return this.#up.close();
  }
}

export const NOBODY: Exchange = {
  sentBytes: 0,
  post: () => Promise.reject(new Error('connect ECONNREFUSED')),
  close: async () => {},
};
