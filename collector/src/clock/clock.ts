/** The only place of the collector that asks what time it is. */
export interface Clock {
  /** Milliseconds since 1970, UTC, by the wall clock: may jump. */
  now(): number;
  /** Runs `work` every `milliseconds` until the returned function is called. Never keeps the process alive. */
  every(milliseconds: number, work: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  every(milliseconds, work) {
    const timer = setInterval(work, milliseconds);
    timer.unref();
    return () => clearInterval(timer);
  },
};
