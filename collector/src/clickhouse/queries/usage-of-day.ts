/** What was used on a UTC day, most used first? */

import type { ClickHouse } from '../clickhouse.ts';
import type { ListOf, UsageRow } from './answer-rows.ts';
import { splitTotal } from './list-request.ts';
import { ask } from './question.ts';

/** Also what is held and has no right number yet. */
const SQL = `
  SELECT application_id, application, publisher, devices, devices_used, seconds, launches,
    computed AS computed_at, stale_since, devices_excluded, count() OVER () AS total
  FROM
  (
    SELECT application_id, application, publisher, devices, devices_used, seconds, launches, toNullable(computed_at) AS computed,
      stale_since, devices_excluded
    FROM {final}.application_usage_daily
    WHERE application_usage_daily.day = {day:Date} AND (devices_used > 0 OR stale_since IS NOT NULL)
    UNION ALL
    SELECT application_id, application, publisher, 0, 0, 0, 0, NULL, stale_since, devices_excluded
    FROM {final}.usage_exclusions
    WHERE usage_exclusions.day = {day:Date} AND stale_since IS NOT NULL AND application_id NOT IN
      (SELECT application_id FROM {final}.application_usage_daily WHERE application_usage_daily.day = {day:Date})
  )
  ORDER BY seconds DESC, launches DESC, application_id LIMIT {limit:UInt32} OFFSET {offset:UInt32}`;

export async function usageOfDay(
  clickhouse: ClickHouse,
  request: { day: string; limit: number; offset: number },
): Promise<ListOf<UsageRow>> {
  return splitTotal(await ask<UsageRow & { total: number }>(clickhouse, SQL, request));
}
