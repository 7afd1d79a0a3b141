/** Derives a day of use after judging which applications of it have to wait for records in quarantine. */
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { deriveUsageDay } from '../clickhouse/derive-usage-day.ts';
import { dayLife } from '../clickhouse/retain-rows.ts';
import { readExcludedDevices, writeExclusions } from '../clickhouse/usage-exclusions.ts';
import type { Quarantine } from '../control/contract/quarantine.ts';
import { type HoldLimits, judgeSummaries } from './held-summaries.ts';

export interface JudgedDays {
  clickhouse: ClickHouse;
  control: Pick<Quarantine, 'usageConcerns'>;
  /** Milliseconds since 1970. */
  now: () => number;
  catalogueVersion: () => string;
  holdLimits: HoldLimits;
}

/** `day` counts days since 1970. Rejects when the engine does. */
export async function deriveJudgedDay(day: number, options: JudgedDays): Promise<void> {
  const { clickhouse, control, now, catalogueVersion, holdLimits } = options;
  // After the facts were read: what is put aside is noted before the facts of its range are written, so whatever is
  // missing in what was read is known by now.
  const judge = async (): Promise<void> => {
    // The totals of other days do not change any more by what is in quarantine.
    const open = (await dayLife(clickhouse, day)) === 'open';
    const concerns = open ? control.usageConcerns.ofDay(day) : [];
    const excluded =
      concerns.length === 0
        ? []
        : await readExcludedDevices(clickhouse, day, concerns, holdLimits.leastDevices);
    await writeExclusions(clickhouse, day, judgeSummaries(excluded, holdLimits, now()), now());
  };
  await deriveUsageDay(clickhouse, day, now(), catalogueVersion(), judge);
}
