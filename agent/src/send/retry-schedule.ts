/** When to try again. Pure. */

export interface RetryLimits {
  /** Upper bound of the first wait. */
  firstMs: number;
  /** Upper bound of any wait of one's own choosing. */
  longestMs: number;
}

/** A server may ask for at most this much patience. */
const LONGEST_ASKED_MS = 24 * 3600 * 1000;
const SHORT_INTERVAL_SECONDS = 60;

/**
 * With short report intervals somebody is watching: tries stay close together. With longer ones nobody waits, and a
 * device asks a collector that is gone less than once in half a minute on average, from the first failure on.
 */
export function retryLimits(reportIntervalSeconds: number): RetryLimits {
  return reportIntervalSeconds < SHORT_INTERVAL_SECONDS
    ? { firstMs: 500, longestMs: 30_000 }
    : { firstMs: 60_000, longestMs: 3_600_000 };
}

/**
 * Milliseconds to wait after the `failures`-th failure in a row (from 1): uniform in [0, first x 2^(failures-1)]
 * up to the longest ("full jitter": a fleet that failed together does not come back together), and never less
 * than what Retry-After asked for, plus up to a tenth of it. `random` is in [0, 1).
 */
export function retryDelayMs(
  failures: number,
  limits: RetryLimits,
  random: number,
  retryAfterMs = 0,
): number {
  const bound = Math.min(limits.longestMs, limits.firstMs * 2 ** Math.min(failures - 1, 30));
  const own = Math.floor(bound * random);
  if (retryAfterMs <= 0) return own;
  const asked = Math.min(retryAfterMs, LONGEST_ASKED_MS);
  return Math.max(own, Math.ceil(asked * (1 + random / 10)));
}
