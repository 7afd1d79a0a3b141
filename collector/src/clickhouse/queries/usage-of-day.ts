/** What was used on a UTC day, most used first? */

import type { ClickHouse } from '../clickhouse.ts';
import type { ListOf, UsageRow } from './answer-rows.ts';
import { splitTotal } from './list-request.ts';
import { ask } from './question.ts';

const SQL = `
  SELECT application_id, application, publisher, devices, devices_used, seconds, launches,
    computed_at, count() OVER () AS total
  FROM {final}.application_usage_daily WHERE day = {day:Date} AND devices_used > 0
  ORDER BY seconds DESC, launches DESC, application_id LIMIT {limit:UInt32} OFFSET {offset:UInt32}`;

export async function usageOfDay(
  clickhouse: ClickHouse,
  request: { day: string; limit: number; offset: number },
): Promise<ListOf<UsageRow>> {
  return splitTotal(await ask<UsageRow & { total: number }>(clickhouse, SQL, request));
}
