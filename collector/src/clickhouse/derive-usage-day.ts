/**
 * Derives one UTC day of use from merged facts, whole, and swaps it in by partition.
 *
 * From the inside out: within (device, run, executable, user, generation) columns merge by max and bit-or; runs
 * add up; of generations only the highest counts; over the executables of an application seconds are the sum, at
 * most 300 for each five-minute mark set in any of them, at most a day; users add up, at most a day.
 */
import type { ClickHouse } from './clickhouse.ts';
import { swapPartition } from './swap-partition.ts';

const MILLISECONDS_A_DAY = 86_400_000;

/** `day` counts days since 1970; `now` is in milliseconds. */
export async function deriveUsageDay(clickhouse: ClickHouse, day: number, now: number): Promise<void> {
  const date = new Date(day * MILLISECONDS_A_DAY).toISOString().slice(0, 10);
  const swap = { partition: `'${date}'`, parameters: { date, now } };
  await swapPartition(clickhouse, {
    ...swap,
    table: '{final}.usage_daily',
    staging: '{facts}.usage_daily_staging',
    select: USAGE_DAILY,
  });
  const isToday = Math.floor(now / MILLISECONDS_A_DAY) === day;
  await swapPartition(clickhouse, {
    ...swap,
    table: '{final}.application_usage_daily',
    staging: '{facts}.application_usage_daily_staging',
    select: applicationUsageDaily(isToday),
  });
}

/** Inner columns have names of their own: ClickHouse puts an alias in place of an equally named column. */
const USAGE_DAILY = `
  SELECT toDate({date:String}) AS day, app_id AS application_id, lower(leftPad(hex(device), 16, '0')) AS device_id, any(user_application) AS application,
    any(user_publisher) AS publisher, argMax(user_version, (user_seconds, user_version)) AS version,
    least(sum(user_seconds), 86400) AS seconds, sum(user_launches) AS launches, sum(user_launches_by_user) AS launches_by_user,
    fromUnixTimestamp64Milli({now:Int64}) AS computed_at
  FROM
  (
    SELECT device, user, if(mapped.app = '', '0000000000000000', mapped.app) AS app_id,
      if(app_id = '0000000000000000', '(evidence not yet received)', any(mapped.app_name)) AS user_application,
      any(mapped.app_publisher) AS user_publisher, argMax(mapped.app_version, (latest.1, mapped.app_version)) AS user_version,
      least(sum(latest.1), 300 * (bitCount(groupBitOr(latest.4)) + bitCount(groupBitOr(latest.5)) + bitCount(groupBitOr(latest.6))
        + bitCount(groupBitOr(latest.7)) + bitCount(groupBitOr(latest.8))), 86400) AS user_seconds,
      sum(latest.2) AS user_launches, sum(latest.3) AS user_launches_by_user
    FROM
    (
      SELECT device, executable_no, user, argMax((exe_seconds, exe_launches, exe_by_user, s0, s1, s2, s3, s4), generation) AS latest
      FROM
      (
        SELECT device, executable_no, user, generation, sum(run_seconds) AS exe_seconds, sum(run_launches) AS exe_launches,
          sum(run_by_user) AS exe_by_user, groupBitOr(r0) AS s0, groupBitOr(r1) AS s1, groupBitOr(r2) AS s2, groupBitOr(r3) AS s3,
          groupBitOr(r4) AS s4
        FROM
        (
          SELECT epochs.device_id64 AS device, executable_no, user, generation, run, max(seconds) AS run_seconds,
            max(launches_user) AS run_by_user,
            max(launches_user) + max(launches_autostart) + max(launches_service) + max(launches_scheduler)
              + max(launches_unknown) AS run_launches,
            groupBitOr(slots_0) AS r0, groupBitOr(slots_1) AS r1, groupBitOr(slots_2) AS r2, groupBitOr(slots_3) AS r3,
            groupBitOr(slots_4) AS r4
          FROM (SELECT * FROM {facts}.usage WHERE day = toDate({date:String})) AS facts
          INNER JOIN (SELECT epoch_no, device_id64 FROM {facts}.epochs FINAL) AS epochs ON epochs.epoch_no = facts.epoch_no
          GROUP BY device, executable_no, user, generation, run
        )
        GROUP BY device, executable_no, user, generation
      )
      GROUP BY device, executable_no, user
    ) AS used
    LEFT JOIN
    (
      SELECT executable_no AS mapped_no, lower(leftPad(hex(application_id64), 16, '0')) AS app, application AS app_name,
        publisher AS app_publisher, application_version AS app_version
      FROM {facts}.mappings FINAL
    ) AS mapped ON mapped.mapped_no = used.executable_no
    GROUP BY device, user, app_id
  )
  GROUP BY device, app_id`;

/** A past day keeps the number of devices it had: what is installed today says nothing about then. */
function applicationUsageDaily(isToday: boolean): string {
  const presence = isToday
    ? `SELECT application_id, any(name) AS app_name, any(publisher) AS app_publisher, groupBitmapMerge(device_bitmap) AS having_it
       FROM {facts}.application_devices GROUP BY application_id`
    : `SELECT application_id, application AS app_name, publisher AS app_publisher, devices AS having_it
       FROM {final}.application_usage_daily WHERE day = toDate({date:String})`;
  return `
  SELECT toDate({date:String}) AS day, application_id, max(app_name) AS application, max(app_publisher) AS publisher,
    max(having_it) AS devices, max(using_it) AS devices_used, max(app_seconds) AS seconds, max(app_launches) AS launches,
    fromUnixTimestamp64Milli({now:Int64}) AS computed_at
  FROM
  (
    SELECT application_id, app_name, app_publisher, having_it, 0 AS using_it, 0 AS app_seconds, 0 AS app_launches FROM (${presence})
    UNION ALL
    SELECT application_id, any(application), any(publisher), 0, uniqExact(device_id), sum(seconds), sum(launches)
    FROM {final}.usage_daily WHERE day = toDate({date:String}) GROUP BY application_id
  )
  GROUP BY application_id`;
}
