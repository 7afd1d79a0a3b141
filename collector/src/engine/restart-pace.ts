/** What decides how long to wait before the next start. */
export interface RestartPace {
  /** Ends in a row without a calm time between them. */
  failures: number;
  /** When the process last became usable, in milliseconds of the wall clock. */
  upSince?: number;
}

const firstMs = 250;
const longestMs = 10_000;
/** A process that lived this long was fine: the next end starts again from the shortest pause. */
const calmMs = 60_000;

/** 250 ms, 500 ms, ... 10 s; counts the end that asks. */
export function restartDelayMs(pace: RestartPace, now = Date.now()): number {
  if (pace.upSince !== undefined && now - pace.upSince >= calmMs) pace.failures = 0;
  delete pace.upSince;
  const delay = Math.min(longestMs, firstMs * 2 ** pace.failures);
  pace.failures = Math.min(pace.failures + 1, 16);
  return delay;
}
