/** The job that works on quarantine while the collector runs: decisions, trials, upgrades, and what is too old. */

import { clearTrial } from '../clickhouse/usage-trial.ts';
import { Rest } from '../clock/rest.ts';
import { type ReplayOptions, replaySome } from './replay-job.ts';
import { retryAfterUpgrade } from './retry-after-upgrade.ts';
import { answerTrial } from './try-repair.ts';

export interface ReplayJobOptions extends ReplayOptions {
  /** Of this collector: another than last time may take what that one put aside. */
  version: string;
  /** What is older is dropped, counted. */
  keptMs: number;
  onFailed: () => void;
  /** Everything that was decided is carried out. */
  onCaughtUp: () => void;
}

export interface ReplayJob {
  /** Resolves when the batch in hand is done; at once when there is none. */
  settled(): Promise<void>;
  /** Stops after the batch in hand. */
  close(): Promise<void>;
}

/** What the command line writes is seen after this long. */
const LOOK_EVERY_MS = 250;
const RETRY_MS = 5_000;
const AGE_OUT_EVERY_MS = 3_600_000;

export function startReplayJob(options: ReplayJobOptions): ReplayJob {
  const { log, control, now, version, keptMs } = options;
  let busy = false;
  const stopping = new AbortController();
  const resting = new Rest();
  let batch: Promise<unknown> = Promise.resolve();
  let agedOutAt = Number.NEGATIVE_INFINITY;
  let cleared = false;
  const step = async (): Promise<boolean> => {
    // A crash may have left rows of a trial, of devices that are erased since.
    if (!cleared) await clearTrial(options.clickhouse);
    cleared = true;
    const tried = await retryAfterUpgrade(control, version, now());
    if (tried > 0)
      log.info({ records: tried, version }, 'records in quarantine may pass by now: tried again');
    if (now() - agedOutAt >= AGE_OUT_EVERY_MS) {
      if (control.ageOutQuarantine(now() - keptMs, now())) return true;
      agedOutAt = now();
    }
    if (await answerTrial(options)) return true;
    return await replaySome(options);
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let rest = LOOK_EVERY_MS;
      try {
        const working = step();
        batch = working.catch(() => undefined);
        if (await working) {
          busy = true;
          continue;
        }
        if (busy) options.onCaughtUp();
        busy = false;
      } catch (error) {
        log.warn({ error: String(error) }, 'quarantined records could not be replayed yet; tried again');
        options.onFailed();
        rest = RETRY_MS;
      }
      await resting.for(rest);
    }
  };
  const running = run();
  return {
    async settled() {
      await batch;
    },
    async close() {
      stopping.abort();
      resting.wake();
      await running;
    },
  };
}
