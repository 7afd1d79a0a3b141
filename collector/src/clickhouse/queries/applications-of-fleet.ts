/**
 * Which applications does the fleet have, and how much were they used on a day? One row per application, because
 * use is known per application: a row per version would show the same seconds once for each version.
 */

import type { ClickHouse } from '../clickhouse.ts';
import type { ApplicationRow, ListOf } from './answer-rows.ts';
import { containsWords, type ListRequest, listParameters, splitTotal } from './list-request.ts';
import { ask } from './question.ts';

export const APPLICATION_SORTS = [
  'name',
  'version',
  'publisher',
  'devices',
  'last_used',
  'seconds_today',
  'executables',
] as const;
export type ApplicationSort = (typeof APPLICATION_SORTS)[number];

const ORDERS: Record<ApplicationSort, string> = {
  name: 'lower(name)',
  version: 'version',
  publisher: 'lower(publisher)',
  devices: 'devices',
  last_used: "ifNull(last_used, '')",
  seconds_today: 'seconds_today',
  executables: 'executables',
};

/**
 * Devices of an application with one version are exact and current. With several, those that have two versions
 * count once, which the day's row knows already; the bitmaps are not read, they are the largest column there is.
 */
export const APPLICATIONS = `
  SELECT present.application_id AS application_id, present.name AS name, present.version AS version,
    present.versions AS versions, present.publisher AS publisher, present.recognised AS recognised,
    multiIf(present.versions < 2, present.most_devices, today.devices > 0, today.devices, present.most_devices) AS devices,
    present.executables AS executables, if(used.last_used = toDate(0), NULL, toString(used.last_used)) AS last_used,
    today.devices_used AS devices_used_today, today.seconds AS seconds_today, today.launches AS launches_today,
    present.computed_at AS computed_at, if(today.computed_at = toDateTime64(0, 3, 'UTC'), NULL, today.computed_at) AS usage_computed_at,
    left_out.stale_since AS stale_since, left_out.devices_excluded AS devices_excluded
  FROM
  (
    SELECT application_id, any(application_devices.name) AS name,
      argMax(application_devices.version, (application_devices.devices, application_devices.version)) AS version,
      count() AS versions, any(application_devices.publisher) AS publisher,
      max(application_devices.recognised) AS recognised, max(application_devices.devices) AS most_devices,
      sum(application_devices.executables) AS executables, max(application_devices.computed_at) AS computed_at
    FROM {facts}.application_devices WHERE {id:String} = '' OR application_id = {id:String} GROUP BY application_id
    UNION ALL
    SELECT application_id, application, '', 0, publisher, 0, 0, 0, computed_at
    FROM {facts}.application_last_uses
    WHERE ({id:String} = '' OR application_id = {id:String})
      AND application_id NOT IN (SELECT application_id FROM {facts}.application_devices)
    UNION ALL
    SELECT application_id, application, '', 0, publisher, 0, 0, 0, computed_at
    FROM {final}.usage_exclusions
    WHERE usage_exclusions.day = {day:Date} AND stale_since IS NOT NULL AND ({id:String} = '' OR application_id = {id:String})
      AND application_id NOT IN (SELECT application_id FROM {facts}.application_devices)
      AND application_id NOT IN (SELECT application_id FROM {facts}.application_last_uses)
  ) AS present
  LEFT JOIN {facts}.application_last_uses AS used ON used.application_id = present.application_id
  LEFT JOIN (SELECT * FROM {final}.application_usage_daily WHERE day = {day:Date}) AS today
    ON today.application_id = present.application_id
  LEFT JOIN
  (
    SELECT application_id, stale_since, devices_excluded FROM {final}.usage_exclusions WHERE usage_exclusions.day = {day:Date}
  ) AS left_out ON left_out.application_id = present.application_id`;

/** `day` is a UTC date, YYYY-MM-DD. */
export async function applicationsOfFleet(
  clickhouse: ClickHouse,
  request: ListRequest<ApplicationSort>,
  day: string,
): Promise<ListOf<ApplicationRow>> {
  const direction = request.descending ? 'DESC' : 'ASC';
  const rows = await ask<ApplicationRow & { total: number }>(
    clickhouse,
    `SELECT *, count() OVER () AS total FROM (${APPLICATIONS})
     WHERE ${containsWords("concat(name, ' ', version, ' ', publisher, ' ', application_id)")}
     ORDER BY ${ORDERS[request.sort]} ${direction}, lower(name), application_id
     LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    { ...listParameters(request), day, id: '' },
  );
  return splitTotal(rows);
}
