/** How large is the fleet, and how much of it is used today? Reads only small derived tables. */

import type { ClickHouse } from '../clickhouse.ts';
import { COUNTED_STATES } from '../device-states.ts';
import type { FleetSummary } from './answer-rows.ts';
import { ask } from './question.ts';

const SQL = `
  SELECT toString({day:Date}) AS day,
    (SELECT count() FROM {facts}.device_rows WHERE state IN {counted:Array(String)}) AS devices,
    (SELECT uniqExact(application_id) FROM {facts}.application_devices) AS applications,
    (SELECT count() FROM {facts}.executable_devices) AS executables,
    (SELECT countIf(devices_used > 0) FROM {final}.application_usage_daily WHERE day = {day:Date}) AS used_today,
    (SELECT sum(seconds) FROM {final}.application_usage_daily WHERE day = {day:Date}) AS seconds_today,
    (SELECT maxOrNull(computed_at) FROM {facts}.application_devices) AS inventory_computed_at,
    (SELECT maxOrNull(computed_at) FROM {final}.application_usage_daily WHERE day = {day:Date}) AS usage_computed_at,
    (SELECT countIf(stale_since IS NOT NULL) FROM {final}.usage_exclusions) AS held,
    (SELECT min(stale_since) FROM {final}.usage_exclusions) AS held_since`;

/** `day` is a UTC date, YYYY-MM-DD. */
export async function fleetSummary(clickhouse: ClickHouse, day: string): Promise<FleetSummary> {
  const [row] = await ask<FleetSummary>(clickhouse, SQL, { day, counted: COUNTED_STATES });
  if (!row) throw new Error('a SELECT without FROM gives one row');
  return row;
}
