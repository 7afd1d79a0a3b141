/** Everything about one application: its versions, its files, where it is, and its use in the last days. */

import type { ClickHouse } from '../clickhouse.ts';
import type {
  ApplicationDetail,
  ApplicationDeviceRow,
  ApplicationExecutableRow,
  ApplicationRow,
  ApplicationVersionRow,
  UseAtOnce,
  UseOfDay,
} from './answer-rows.ts';
import { APPLICATIONS } from './applications-of-fleet.ts';
import { splitTotal } from './list-request.ts';
import { ask } from './question.ts';

/** Lists of a detail end here; the answer says how many there are in all. */
const LONGEST_LIST = 500;

/** `id` is 16 lower-case hex digits; `since` and `day` are UTC dates. Undefined when nothing is known of it. */
export async function applicationDetail(
  clickhouse: ClickHouse,
  id: string,
  { since, day }: { since: string; day: string },
): Promise<ApplicationDetail | undefined> {
  const parameters = { id, day, since, number: BigInt(`0x${id}`).toString(), limit: LONGEST_LIST };
  const [application] = await ask<ApplicationRow>(clickhouse, APPLICATIONS, parameters);
  if (!application) return undefined;
  const [versions, executables, devices, days, atOnce] = await Promise.all([
    ask<ApplicationVersionRow>(clickhouse, VERSIONS, parameters),
    ask<ApplicationExecutableRow & { total: number }>(clickhouse, EXECUTABLES, parameters),
    ask<ApplicationDeviceRow & { total: number }>(clickhouse, DEVICES, parameters),
    ask<UseOfDay>(clickhouse, DAYS, parameters),
    ask<UseAtOnce>(clickhouse, AT_ONCE, parameters),
  ]);
  return {
    application,
    versions,
    executables: splitTotal(executables),
    devices: splitTotal(devices),
    days,
    at_once: atOnce,
  };
}

const VERSIONS = `
  SELECT version, devices, executables, computed_at FROM {facts}.application_devices
  WHERE application_id = {id:String} ORDER BY devices DESC, version DESC`;

/** By number, so that the evidence of the whole fleet is not read. */
const EXECUTABLES = `
  SELECT found.executable_id AS executable_id, found.sha256 AS sha256, found.path AS path, found.size AS size,
    toString(found.format) AS format, mapped.version AS version, counted.devices AS devices, found.first_seen AS first_seen,
    count() OVER () AS total
  FROM
  (
    SELECT executable_no, toString(application_version) AS version FROM {facts}.mappings FINAL
    WHERE application_id64 = {number:UInt64}
  ) AS mapped
  INNER JOIN {facts}.executable_devices AS counted ON counted.executable_no = mapped.executable_no
  INNER JOIN
  (
    SELECT executable_no, executable_id, sha256, path, size, format, first_seen
    FROM {facts}.described_executables
    WHERE executable_no IN (SELECT executable_no FROM {facts}.mappings WHERE application_id64 = {number:UInt64})
  ) AS found ON found.executable_no = mapped.executable_no
  ORDER BY path, version, executable_id LIMIT {limit:UInt32}`;

/** Devices that have it or used it in these days; those that used it most come first. */
const DEVICES = `
  SELECT all_devices.device_id AS device_id, host.hostname AS hostname, toString(host.os_name) AS os_name,
    max(all_devices.installed) AS installed, argMax(all_devices.version, all_devices.newest) AS version_used,
    sum(all_devices.used_seconds) AS seconds, if(max(all_devices.newest) = toDate(0), NULL, toString(max(all_devices.newest))) AS last_used,
    count() OVER () AS total
  FROM
  (
    SELECT lower(leftPad(hex(device_id64), 16, '0')) AS device_id, 1 AS installed, '' AS version, toUInt64(0) AS used_seconds,
      toDate(0) AS newest
    FROM {facts}.current_epochs
    WHERE epoch_no IN (SELECT arrayJoin(bitmapToArray(groupBitmapMergeState(device_bitmap)))
      FROM {facts}.application_devices WHERE application_id = {id:String})
    UNION ALL
    SELECT device_id, 0, argMax(version, day), sum(seconds), max(day)
    FROM {final}.usage_daily WHERE application_id = {id:String} AND day >= {since:Date} AND seconds + launches > 0
    GROUP BY device_id
  ) AS all_devices
  LEFT JOIN
  (
    SELECT lower(leftPad(hex(device_id64), 16, '0')) AS device_id, hostname, os_name FROM {facts}.host_facts FINAL
  ) AS host ON host.device_id = all_devices.device_id
  GROUP BY device_id, hostname, os_name
  ORDER BY seconds DESC, hostname, device_id LIMIT {limit:UInt32}`;

/** Also days that are held before they ever had a right number. */
const DAYS = `
  SELECT toString(day_of_use) AS day, devices, devices_used, users, seconds, launches, computed AS computed_at, stale_since, devices_excluded
  FROM
  (
    SELECT application_usage_daily.day AS day_of_use, devices, devices_used, users, seconds, launches, toNullable(computed_at) AS computed,
      stale_since, devices_excluded
    FROM {final}.application_usage_daily
    WHERE application_id = {id:String} AND application_usage_daily.day >= {since:Date}
    UNION ALL
    SELECT usage_exclusions.day, 0, 0, 'not known', 0, 0, NULL, stale_since, devices_excluded FROM {final}.usage_exclusions
    WHERE application_id = {id:String} AND usage_exclusions.day >= {since:Date} AND stale_since IS NOT NULL
      AND usage_exclusions.day NOT IN
        (SELECT application_usage_daily.day FROM {final}.application_usage_daily WHERE application_id = {id:String})
  )
  ORDER BY day_of_use`;

const AT_ONCE = `
  SELECT toString(application_concurrency_daily.day) AS day, peak_devices, peak_devices_at, peak_users, devices_in_order, devices_used,
    stale_since, devices_excluded
  FROM {final}.application_concurrency_daily
  WHERE application_id = {id:String} AND application_concurrency_daily.day >= {since:Date}
  ORDER BY application_concurrency_daily.day`;
