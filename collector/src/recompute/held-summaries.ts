/**
 * Which applications of a day keep their last right numbers, because records that belong to them lie in quarantine.
 * A few devices left out change a sum by little, and one rogue device must not freeze an application for everybody; when
 * many are left out the new number would be wrong, and an old right number beats a new wrong one.
 */

import type { ExcludedDevices } from '../clickhouse/usage-exclusions.ts';

export interface HoldLimits {
  /** Fewer devices than this never hold anything. */
  leastDevices: number;
  /** Of the devices that used the application on that day, in percent. */
  leastPercent: number;
}

/** Both limits must be reached. */
export function isHeld(
  { devicesExcluded, devices }: Pick<ExcludedDevices, 'devicesExcluded' | 'devices'>,
  { leastDevices, leastPercent }: HoldLimits,
): boolean {
  return devicesExcluded >= Math.max(1, leastDevices) && devicesExcluded * 100 >= devices * leastPercent;
}

/** `now` in milliseconds since 1970. What is held already stays stale since it was held first. */
export function judgeSummaries(
  excluded: readonly ExcludedDevices[],
  limits: HoldLimits,
  now: number,
): ExcludedDevices[] {
  return excluded.map((summary) => ({
    ...summary,
    staleSince: isHeld(summary, limits) ? (summary.staleSince ?? now) : undefined,
  }));
}
