/**
 * When the next report is due. Pure but for what it remembers; times are monotonic milliseconds.
 *
 * The interval is asked for anew each time, so that a computer which leaves its battery, or is told another interval,
 * does not wait out the old one. Each report is early or late by up to a tenth, so that what began together drifts apart.
 */

/** Below this somebody is watching; from it on, a fleet that starts together must not report together. */
const JITTER_FROM_SECONDS = 60;
const SPREAD = 0.1;

/** Milliseconds from start to the first report: anywhere in the first interval. `random` is in [0, 1). */
export function firstReportDelayMs(intervalSeconds: number, random: number): number {
  return intervalSeconds < JITTER_FROM_SECONDS ? 0 : Math.floor(intervalSeconds * 1000 * random);
}

export class ReportSchedule {
  /** Undefined: by the interval. */
  #atMs: number | undefined = 0;
  #composedMs = 0;
  #factor = 1;

  /** A report was composed; `random` is in [0, 1). */
  composed(nowMs: number, random: number): void {
    this.#composedMs = nowMs;
    this.#factor = 1 + SPREAD * (2 * random - 1);
    this.#atMs = undefined;
  }

  /** Somebody wants it at this time, whatever the interval is. */
  dueAt(atMs: number): void {
    this.#atMs = atMs;
  }

  dueMs(intervalSeconds: number): number {
    const factor = intervalSeconds < JITTER_FROM_SECONDS ? 1 : this.#factor;
    return this.#atMs ?? this.#composedMs + intervalSeconds * 1000 * factor;
  }
}
