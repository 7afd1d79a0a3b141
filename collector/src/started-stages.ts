/**
 * What was started, to be ended last to first. A stage ends with the piece of work in hand; where that takes long, what it
 * waits for is broken off: everything that was acknowledged is on stable storage, and a piece that was not finished is
 * done again after the next start.
 */

/** For pieces of work in hand; what still runs then is broken off. */
const PATIENCE_MS = 8_000;
/**
 * So soon a stop is over, whatever is in hand: the patience above, 15 s for the engine, 5 s for requests of agents, and
 * some for the disk. What starts the collector as a service has to wait longer than that before it kills.
 */
export const STOPS_WITHIN_MS = 30_000;

export class StartedStages {
  readonly #ends: (() => unknown)[] = [];
  readonly #breaks: (() => unknown)[] = [];

  /** How to end what was just started. */
  add(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** How to break off what pieces of work wait for. */
  addBreak(breakOff: () => unknown): void {
    this.#breaks.push(breakOff);
  }

  /** True when nothing had to be broken off. Ending twice ends once. */
  async end(patienceMs = PATIENCE_MS): Promise<boolean> {
    let patient = true;
    const timer = setTimeout(() => {
      patient = false;
      for (const breakOff of this.#breaks) void Promise.resolve(breakOff()).catch(() => undefined);
    }, patienceMs);
    try {
      for (const end of this.#ends.splice(0).reverse()) await end();
    } finally {
      clearTimeout(timer);
    }
    return patient;
  }
}
