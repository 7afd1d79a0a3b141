/** Derives a day of use after judging which applications of it have to wait for records in quarantine. */
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { deriveUsageDay } from '../clickhouse/derive-usage-day.ts';
import { dayLife } from '../clickhouse/retain-rows.ts';
import { readExcludedDevices, writeExclusions } from '../clickhouse/usage-exclusions.ts';
import type { ControlStore } from '../control/control-store.ts';
import type { UsageConcern } from '../control/usage-concerns.ts';
import { type HoldLimits, judgeSummaries } from './held-summaries.ts';

export interface JudgedDays {
  clickhouse: ClickHouse;
  control: Pick<ControlStore, 'usageConcerns'>;
  /** Milliseconds since 1970. */
  now: () => number;
  catalogueVersion: () => string;
  holdLimits: HoldLimits;
}

/** A record came into quarantine between judging and deriving: what was derived lacks it without saying so. */
class ConcernsChangedError extends Error {
  override name = 'ConcernsChangedError';
}

/** Records that come one after the other must not keep a day from being derived for ever within one round. */
const MOST_ATTEMPTS = 3;

/** `day` counts days since 1970. Rejects when the engine does, or when new concerns come faster than it derives. */
export async function deriveJudgedDay(day: number, options: JudgedDays): Promise<void> {
  const { clickhouse, control, now, catalogueVersion, holdLimits } = options;
  for (let attempt = 1; ; attempt++) {
    // The totals of other days do not change any more by what is in quarantine.
    const open = (await dayLife(clickhouse, day)) === 'open';
    const concerns = open ? control.usageConcerns.ofDay(day) : [];
    const excluded =
      concerns.length === 0
        ? []
        : await readExcludedDevices(clickhouse, day, concerns, holdLimits.leastDevices);
    await writeExclusions(clickhouse, day, judgeSummaries(excluded, holdLimits, now()), now());
    try {
      await deriveUsageDay(clickhouse, day, now(), catalogueVersion(), () => {
        if (open && isNews(control.usageConcerns.ofDay(day), concerns))
          throw new ConcernsChangedError(`more records of day ${day} came into quarantine`);
      });
      return;
    } catch (error) {
      if (!(error instanceof ConcernsChangedError) || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

/** Whether anything is concerned now that was not before; less is no reason to begin again. */
function isNews(now: readonly UsageConcern[], before: readonly UsageConcern[]): boolean {
  if (now.length === 0) return false;
  const known = new Set(before.map(keyOf));
  return now.some((concern) => !known.has(keyOf(concern)));
}

const keyOf = ({ executableNo, deviceId }: UsageConcern): string => `${executableNo} ${deviceId}`;
