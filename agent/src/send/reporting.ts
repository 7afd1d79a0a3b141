/** When the courier takes its turns. */
import type { Clock } from '../clock/clock.ts';
import type { Courier } from './courier.ts';
import { firstReportDelayMs } from './report-schedule.ts';

/** What decides when a report is due may change meanwhile: the battery, the interval. */
const LOOK_AGAIN_MS = 60_000;

export interface ReportingParts {
  courier: Pick<Courier, 'turn' | 'counts'>;
  clock: Clock;
  intervalSeconds: () => number;
  /** Resolves after the first scan of this run. */
  scanned: Promise<void>;
  /** Runs a turn; rejects when the store fails in it and no patience is left. */
  patiently: (work: () => Promise<void>) => Promise<void>;
}

/**
 * Takes turns until the signal is aborted. The first one waits for the scan at the start, since what that finds can go with it, but
 * not longer than an interval. Rejects when `patiently` does.
 */
export async function reporting(parts: ReportingParts, signal: AbortSignal): Promise<void> {
  const { courier, clock, intervalSeconds, scanned, patiently } = parts;
  const interval = intervalSeconds();
  await Promise.all([
    clock.sleep(firstReportDelayMs(interval, Math.random()), signal),
    Promise.race([scanned, clock.sleep(interval * 1000, signal)]),
  ]);
  while (!signal.aborted) {
    let waitMs = intervalSeconds() * 1000;
    await patiently(async () => {
      waitMs = await courier.turn(signal);
    });
    // After a failure the wait is the whole point of it.
    await clock.sleep(courier.counts.failures > 0 ? waitMs : Math.min(waitMs, LOOK_AGAIN_MS), signal);
  }
}
