/**
 * Derives how much of a day each device was observed, and the same of its newest days together. Within (device, run) columns merge by
 * max, over runs they add up, at most to a day: a clock that was set may show a day twice.
 */
import { PERSON_PRESENT_SECONDS } from '@fleetmeter/proto';
import type { ClickHouse } from './clickhouse.ts';
import { knownSum } from './known-sum.ts';
import { swapPartition } from './swap-partition.ts';

const WINDOWS = [7, 30, 60, 90] as const;

/** Seconds with a person at it. */
const INTERACTIVE = knownSum({
  ...{ known: 'interactive', within: 'observed' },
  ...{ enough: PERSON_PRESENT_SECONDS, most: PERSON_PRESENT_SECONDS },
});

const BY_DEVICE = `
  SELECT device, least(sum(observed), 86400) AS device_observed, least(sum(observed) + sum(unobserved), 86400) AS device_powered,
    ${INTERACTIVE} AS device_interactive
  FROM
  (
    SELECT dictGetUInt64('{facts}.device_of', 'device_id64', toUInt64(epoch_no)) AS device, run, max(seconds) AS observed,
      max(unobserved_seconds) AS unobserved, max(interactive_seconds) AS interactive
    FROM {facts}.coverage WHERE day = toDate({date:String}) AND device > 0 GROUP BY device, run
  )
  GROUP BY device`;

/** SELECT of the rows of device_coverage of a day. */
export const DEVICE_COVERAGE = `
  SELECT toDate({date:String}) AS day, lower(leftPad(hex(device), 16, '0')) AS device_id, device_observed AS observed_seconds,
    device_powered AS powered_seconds, device_interactive AS interactive_seconds, fromUnixTimestamp64Milli({now:Int64}) AS computed_at
  FROM (${BY_DEVICE})`;

/** Devices of which it is known whether a person was at them that day, and whether one was. */
export const PERSON_PRESENT = `
  SELECT device, device_interactive >= ${PERSON_PRESENT_SECONDS} AS present FROM (${BY_DEVICE}) WHERE device_interactive >= 0`;

const LAST = (days: number): string => `day > toDate(fromUnixTimestamp64Milli({now:Int64}, 'UTC')) - ${days}`;

const windowColumns = (days: number): string => `
    sumIf(observed_seconds, ${LAST(days)}) AS observed_${days}, sumIf(powered_seconds, ${LAST(days)}) AS powered_${days},
    if(maxIf(interactive_seconds, ${LAST(days)}) < 0, -1, countIf(${LAST(days)} AND interactive_seconds >= ${PERSON_PRESENT_SECONDS})) AS interactive_days_${days},
    sumIf(observed_seconds, ${LAST(days)} AND interactive_seconds >= 0) AS known_${days}`;

/**
 * SELECT of the rows of coverage_windows, from the days. A day that is there twice, while an engine that died puts it in place, counts
 * twice for that long: telling them apart would cost ten times as much.
 */
export const COVERAGE_WINDOWS = `
  SELECT device_id, ${WINDOWS.map(windowColumns).join(',')}
  FROM {final}.device_coverage WHERE ${LAST(90)} GROUP BY device_id`;

/** Facts of coverage are kept as long as what is derived of them, so that a day is always derived from all of them. */
export async function deriveCoverageDay(
  clickhouse: ClickHouse,
  day: { partition: string; parameters: Record<string, unknown> },
): Promise<void> {
  await swapPartition(clickhouse, {
    ...day,
    table: '{final}.device_coverage',
    staging: '{facts}.device_coverage_staging',
    select: DEVICE_COVERAGE,
  });
}

/** After the days of a round: it reads ninety of them. `now` is in milliseconds since 1970. */
export async function deriveCoverageWindows(clickhouse: ClickHouse, now: number): Promise<void> {
  await swapPartition(clickhouse, {
    table: '{facts}.coverage_windows',
    staging: '{facts}.coverage_windows_staging',
    partition: 'tuple()',
    select: COVERAGE_WINDOWS,
    parameters: { now },
  });
}
