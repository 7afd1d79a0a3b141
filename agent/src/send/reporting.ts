/** When the courier takes its turns. */
import type { Clock } from '../clock/clock.ts';
import type { Courier } from './courier.ts';

/** Below this somebody is watching; from it on, a fleet that starts together must not report together. */
export const JITTER_FROM_SECONDS = 60;
/** What decides when a report is due may change meanwhile: the battery, the interval. */
const LOOK_AGAIN_MS = 60_000;

/** Milliseconds from start to the first report: anywhere in the first interval. `random` is in [0, 1). */
export function firstReportDelayMs(intervalSeconds: number, random: number): number {
  return intervalSeconds < JITTER_FROM_SECONDS ? 0 : Math.floor(intervalSeconds * 1000 * random);
}

/**
 * Reports until the signal is aborted. The first report waits for the first scan, which makes it a whole
 * inventory, but not longer than an interval. Rejects when the store fails in a turn and `patiently` lets it.
 */
export async function reporting(
  courier: Courier,
  clock: Clock,
  intervalSeconds: () => number,
  scanned: Promise<void>,
  patiently: (work: () => Promise<void>) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
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
