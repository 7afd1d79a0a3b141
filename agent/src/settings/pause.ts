/**
 * How long a pause lasts: until the collector says that it is over, and without a word from it not longer than 24 hours.
 * Every acknowledgement while the agent is paused is such a word. Pure; times are wall time, so that a restart does not
 * make a pause longer.
 */

const LONGEST_UNTOLD_MS = 24 * 3_600_000;

/** What the store keeps of a pause. */
export interface Pause {
  /** Milliseconds since 1970 of the collector's last word that it goes on. */
  toldAtMs: number;
}

export function isPaused(pause: Pause | undefined, nowMs: number): boolean {
  return pause !== undefined && nowMs - pause.toldAtMs < LONGEST_UNTOLD_MS;
}

/** A clock that was set back would make a pause longer: from then on its 24 hours begin anew, once. */
export function afterClockChange(pause: Pause, nowMs: number): Pause {
  return pause.toldAtMs > nowMs ? { toldAtMs: nowMs } : pause;
}

/** Milliseconds since 1970 at which it is over when nothing is heard. */
export function pausedUntilMs({ toldAtMs }: Pause): number {
  return toldAtMs + LONGEST_UNTOLD_MS;
}
