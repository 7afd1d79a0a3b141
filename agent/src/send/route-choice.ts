/**
 * Which of several addresses the next request goes to. Pure: time is passed in. The agent stays with the address that
 * works, goes on to the next one when it fails, and now and then tries a better one again. One request is one try, so
 * more addresses never mean more requests: the courier's waits between tries are for all of them together.
 */

/** One way to the collector. */
export interface Route {
  /** Without trailing slash. */
  url: string;
  /** Fingerprints of the authorities that prove the collector there, and only there. */
  authorities: readonly string[];
  /** A notice of the collector named it, see `move/`; the others are of the place that the device joined. */
  moved: boolean;
  /** Joining, which shows the secret of the join string, is for places that were joined or have proved themselves. */
  mayJoin: boolean;
}

/** How long the agent stays with an address that works before it tries a better one. */
export const TRY_BETTER_AFTER_MS = 3_600_000;

export class RouteChoice {
  readonly #tryBetterAfterMs: number;
  #names = '';
  #routes: readonly Route[] = [];
  #at = 0;
  /** The one that answered last; undefined since it failed. */
  #working: number | undefined;
  /** The better one whose turn it is to be tried again. */
  #nextBetter = 0;
  /** Monotonic time at which a better one was last tried, or left. */
  #triedBetterMs = 0;
  /** A better one failed: however long the courier waits now, the one that works has its turn before the next try. */
  #owesWorking = false;

  constructor(tryBetterAfterMs = TRY_BETTER_AFTER_MS) {
    this.#tryBetterAfterMs = tryBetterAfterMs;
  }

  /** `routes`: best first, at least one. Other ones than before begin with the best. `nowMs` is monotonic. */
  choose(routes: readonly Route[], nowMs: number): Route {
    const names = JSON.stringify(routes.map(({ url, authorities, moved }) => [url, authorities, moved]));
    this.#routes = routes;
    if (names !== this.#names) {
      this.#names = names;
      this.#at = 0;
      this.#working = undefined;
      this.#nextBetter = 0;
      this.#triedBetterMs = nowMs;
      this.#owesWorking = false;
    } else if (this.#isTimeForBetter(nowMs)) {
      this.#at = this.#nextBetter % this.#at;
      this.#nextBetter = this.#at + 1;
      this.#triedBetterMs = nowMs;
    }
    return this.#routes[this.#at] as Route;
  }

  /** The collector answered there, whatever it said. */
  answered(): void {
    this.#working = this.#at;
    this.#owesWorking = false;
  }

  /** No collector answered there. A better one that fails again costs one try, and the one that works goes on. */
  failed(nowMs: number): void {
    if (this.#working !== undefined && this.#working !== this.#at) {
      this.#at = this.#working;
      this.#owesWorking = true;
      return;
    }
    this.#working = undefined;
    this.#owesWorking = false;
    if (this.#at === 0) this.#triedBetterMs = nowMs;
    this.#at = (this.#at + 1) % this.#routes.length;
  }

  #isTimeForBetter(nowMs: number): boolean {
    if (this.#owesWorking || this.#at === 0 || this.#at !== this.#working) return false;
    return nowMs - this.#triedBetterMs >= this.#tryBetterAfterMs;
  }
}
