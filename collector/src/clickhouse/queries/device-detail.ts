/** One computer: what it is, what its agent costs, and what is installed and used on it. */

import type { ClickHouse } from '../clickhouse.ts';
import type { DeviceApplicationRow, DeviceDetail, DeviceRow } from './answer-rows.ts';
import { splitTotal } from './list-request.ts';
import { ask } from './question.ts';

const LONGEST_LIST = 500;

/** `id` is 16 lower-case hex digits; `since` and `day` are UTC dates. Undefined when nothing is known of it. */
export async function deviceDetail(
  clickhouse: ClickHouse,
  id: string,
  { since, day }: { since: string; day: string },
): Promise<DeviceDetail | undefined> {
  const parameters = { id, since, day, limit: LONGEST_LIST };
  const [device] = await ask<DeviceRow & { agent_uptime_s: number }>(clickhouse, DEVICE, parameters);
  if (!device) return undefined;
  const applications = await ask<DeviceApplicationRow & { total: number }>(
    clickhouse,
    APPLICATIONS_OF_DEVICE,
    parameters,
  );
  const former = await ask<DeviceDetail['former'][number]>(clickhouse, FORMER, parameters);
  return { device, former, applications: splitTotal(applications) };
}

const DEVICE = `SELECT * EXCEPT (epoch_no, computed_at, device_group), toString(device_group) AS group
  FROM {facts}.device_rows WHERE device_id = {id:String}`;

const FORMER = `SELECT device_id, hostname, last_seen FROM {facts}.device_rows
  WHERE state = 'superseded' AND superseded_by = {id:String} ORDER BY last_seen DESC LIMIT {limit:UInt32}`;

/** What is installed, and what only ran; used most first. */
const APPLICATIONS_OF_DEVICE = `
  SELECT application_id, any(some_name) AS name, any(some_publisher) AS publisher,
    arrayFilter(version -> version != '', arraySort(groupUniqArrayArray(some_versions))) AS versions,
    max(some_recognised) AS recognised, sum(some_executables) AS executables, sum(some_seconds) AS seconds,
    sum(some_today) AS seconds_today, sum(some_launches) AS launches,
    if(max(newest) = toDate(0), NULL, toString(max(newest))) AS last_used, count() OVER () AS total
  FROM
  (
    SELECT lower(leftPad(hex(mapped.shown_id), 16, '0')) AS application_id, any(mapped.shown_name) AS some_name,
      any(toString(mapped.publisher)) AS some_publisher, groupUniqArray(toString(mapped.application_version)) AS some_versions,
      max(mapped.recognised) AS some_recognised, count() AS some_executables, toUInt64(0) AS some_seconds,
      toUInt64(0) AS some_today, toUInt64(0) AS some_launches, toDate(0) AS newest
    FROM
    (
      SELECT arrayJoin(ids) AS executable_no FROM {facts}.device_inventory FINAL
      WHERE epoch_no IN (SELECT epoch_no FROM {facts}.device_rows WHERE device_id = {id:String})
    ) AS installed
    INNER JOIN
    (
      SELECT *, toUInt64(dictGetUInt32('{facts}.application_of', 'application_no', toUInt64(executable_no))) AS application_no,
        if(recognised = 1, application, dictGetString('{facts}.application_numbered', 'name', application_no)) AS shown_name,
        if(recognised = 1, application_id64, dictGetUInt64('{facts}.application_numbered', 'application_id64', application_no)) AS shown_id
      FROM {facts}.mappings FINAL
    ) AS mapped ON mapped.executable_no = installed.executable_no
    GROUP BY mapped.shown_id
    UNION ALL
    SELECT application_id, any(application), any(publisher), [argMax(version, day)], 0, 0, sum(seconds),
      sumIf(seconds, day = {day:Date}), sum(launches), max(day)
    FROM {final}.device_usage_daily WHERE device_id = {id:String} AND day >= {since:Date} AND seconds + launches > 0
    GROUP BY application_id
  )
  GROUP BY application_id
  ORDER BY seconds DESC, lower(name), application_id LIMIT {limit:UInt32}`;
