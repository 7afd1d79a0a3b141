/** When a process that died may start again. Pure: time is passed in. */
export interface RestartPace {
  /** Ends in a row, none of them after a spell of health. */
  readonly failures: number;
}

export const FIRST_START: RestartPace = { failures: 0 };

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** A process that lived this long was well: its end says nothing about the next start. */
export const HEALTHY_MS = 30_000;

/** What follows an end of a process that lived for `livedMs`: the new pace, and the pause before the next start. */
export function afterEnd(pace: RestartPace, livedMs: number): { pace: RestartPace; pauseMs: number } {
  const before = livedMs >= HEALTHY_MS ? 0 : pace.failures;
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(before, 16));
  return { pace: { failures: before + 1 }, pauseMs };
}
