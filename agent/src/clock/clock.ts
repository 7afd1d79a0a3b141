/** Time as the agent sees it. Everything that decides takes an Instant as a value; only real-clock.ts makes one. */

/** One moment on three clocks. */
export interface Instant {
  /** Milliseconds since 1970 UTC. May jump; only names the day. */
  wallMs: number;
  /** Milliseconds on the monotonic clock: stands still while the machine is suspended. Durations come from it. */
  monotonicMs: number;
  /** Milliseconds since boot, suspension included: the clock of process start times. */
  bootMs: number;
}

export interface Clock {
  now(): Instant;
  /** Names this boot; another boot has another monotonic clock. */
  bootId(): string;
  /** Seconds east of UTC now. */
  utcOffsetSeconds(): number;
  /** Resolves after `ms` (at most 2^31 - 1), or at once when the signal is or gets aborted. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const DAY_MS = 86_400_000;

/** Days since 1970-01-01 UTC. */
export function dayOf(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS);
}
