/**
 * When the first full scan of an installation begins. A fleet that is installed in one go must not read all of its disks at
 * once, so each device draws a moment; it is kept, so that restarts neither draw again nor wait again. Pure.
 */

export interface FirstScanInput {
  /** As drawn at an earlier start, milliseconds since 1970; undefined: never. */
  drawnMs: number | undefined;
  /** A full scan has ended before. */
  finished: boolean;
  longestDelaySeconds: number;
  nowMs: number;
  /** In [0, 1). */
  random: number;
}

/** Milliseconds since 1970; not in the future when it is time. */
export function firstScanAtMs(input: FirstScanInput): number {
  const { drawnMs, finished, longestDelaySeconds, nowMs, random } = input;
  if (finished) return nowMs;
  const latestMs = nowMs + longestDelaySeconds * 1000;
  // A clock that was set back, or a shorter delay that was set since, must not make it wait longer than is allowed now.
  if (drawnMs !== undefined) return Math.min(drawnMs, latestMs);
  return Math.floor(nowMs + longestDelaySeconds * 1000 * random);
}
