/**
 * Derives how many devices and users had an application in use at once on a day, where devices tell times of the day: programs
 * that are listed as licensed by concurrency (docs/settings.md). A mark is five minutes, so what is within the same mark is at once.
 *
 * On a device an application is in use while any of its listed programs is, whoever runs it. Users are those of a device: the
 * same person at two devices has two pseudonyms, and needs two licences.
 */
import type { ClickHouse } from './clickhouse.ts';
import { CURRENT, EXCLUSIONS, HELD, newestOf } from './held-applications.ts';
import { SHOWN_NOW, SHOWN_THEN, type ShownApplication, shownName } from './names-and-users.ts';
import { countShown, SMALLEST_SHOWN } from './small-groups.ts';
import { stageRows, swapPartition } from './swap-partition.ts';
import { APPLICATION_NO, IN_ORDER } from './use-of-day.ts';

const TABLE = '{final}.application_concurrency_daily';
const STAGING = '{facts}.application_concurrency_staging';
const MARKS_A_DAY = 288;
/** Stands for the device itself, behind the marks of devices and those of users. */
const ONCE = 2 * MARKS_A_DAY;

const WORDS = [0, 1, 2, 3, 4] as const;
const each = (sql: (word: number) => string, between = ', '): string => WORDS.map(sql).join(between);

const byUser = (shown: ShownApplication): string => `
  SELECT device, user, ${shown('application_no')} AS app,
    max(application_no) AS some_no, ${each((word) => `groupBitOr(r${word}) AS u${word}`)}
  FROM (SELECT *, ${APPLICATION_NO} FROM (${IN_ORDER}))
  WHERE application_no > 0
  GROUP BY device, user, app
  HAVING ${each((word) => `u${word} != 0`, ' OR ')}`;

const byDevice = (shown: ShownApplication): string => `
  SELECT app, device, max(some_no) AS device_no, ${each((word) => `groupBitOr(u${word}) AS d${word}`)},
    groupArray((${each((word) => `u${word}`)})) AS of_users
  FROM (${byUser(shown)}) GROUP BY app, device`;

/** Numbers of the marks that are set in five words, from `first` on. */
const marks = (word: (word: number) => string, first: number): string =>
  `arrayConcat(${each((at) => `arrayMap(bit -> toUInt16(bit + ${first + 64 * at}), bitPositionsToArray(${word(at)}))`)})`;

/** Devices and users are counted in one go: each is there once, and is counted at each of its marks. */
const byMark = (shown: ShownApplication): string => `
  SELECT app, max(device_no) AS mark_no, mark, count() AS at_once
  FROM
  (
    SELECT app, device_no, arrayJoin(arrayConcat(${marks((at) => `d${at}`, 0)},
      arrayFlatten(arrayMap(of_user -> ${marks((at) => `tupleElement(of_user, ${at + 1})`, MARKS_A_DAY)}, of_users)),
      [toUInt16(${ONCE})])) AS mark
    FROM (${byDevice(shown)})
  )
  GROUP BY app, mark`;

const byApplication = (shown: ShownApplication): string => `
  SELECT app, max(mark_no) AS main, maxIf(at_once, mark < ${MARKS_A_DAY}) AS most_devices,
    minIf(mark, mark < ${MARKS_A_DAY} AND at_once = most_at_once) AS first_mark,
    maxIf(at_once, mark >= ${MARKS_A_DAY} AND mark < ${ONCE}) AS most_users, maxIf(at_once, mark = ${ONCE}) AS in_order
  FROM
  (
    SELECT *, maxIf(at_once, mark < ${MARKS_A_DAY}) OVER (PARTITION BY app) AS most_at_once FROM (${byMark(shown)})
  )
  GROUP BY app`;

const name = (attribute: string): string =>
  `dictGetString('{facts}.application_numbered', '${attribute}', toUInt64(main))`;

/** Rows as facts say them; who used the application at all is not in them. */
const fresh = (shown: ShownApplication = SHOWN_NOW): string => `
  SELECT toDate({date:String}) AS day, lower(leftPad(hex(app), 16, '0')) AS application_id, ${name('name')} AS application,
    ${name('publisher')} AS publisher, most_devices AS peak_devices,
    if(most_devices < ${SMALLEST_SHOWN}, NULL, toDateTime(toDate({date:String}), 'UTC') + 300 * toInt32(first_mark)) AS peak_devices_at,
    ${countShown('most_users')} AS peak_users, in_order AS devices_in_order, toUInt64(0) AS devices_used,
    {catalogue:String} AS catalogue_version, fromUnixTimestamp64Milli({now:Int64}) AS computed_at, ${CURRENT}, toUInt32(0) AS devices_excluded
  FROM (${byApplication(shown)})`;

const USED = `SELECT application_id AS used_id, uniqExact(device_id) AS using_it FROM {final}.usage_daily
  WHERE usage_daily.day = toDate({date:String}) GROUP BY used_id`;

/** `derived` gives the rows of all applications; those that are held keep what they have. */
const rowsFrom = (derived: string): string => `SELECT * FROM (
  SELECT fresh.* REPLACE (toUInt64(used.using_it) AS devices_used, toUInt32(excluded.left_out) AS devices_excluded)
  FROM (${derived}) AS fresh
  LEFT ANY JOIN (${USED}) AS used ON used.used_id = fresh.application_id
  LEFT ANY JOIN (${EXCLUSIONS}) AS excluded ON excluded.excluded_id = fresh.application_id
  WHERE fresh.application_id NOT IN (SELECT excluded_id FROM (${HELD}))
  UNION ALL
  SELECT kept.* REPLACE (held.held_since AS stale_since, held.left_out AS devices_excluded)
  FROM
  (
    SELECT * REPLACE (${shownName('application_concurrency_daily.application_id', 'application_concurrency_daily.application')} AS application)
    FROM ${TABLE} WHERE application_concurrency_daily.day = toDate({date:String})
      AND ${newestOf('application_concurrency_daily')} LIMIT 1 BY application_id
  ) AS kept
  INNER JOIN (${HELD}) AS held ON held.excluded_id = kept.application_id)`;

/** SELECT of the rows of a day, from facts and from those of usage_daily that are in place, and named as these. */
export const CONCURRENCY_THEN = rowsFrom(fresh(SHOWN_THEN));

/** What there is of a day in {date:String}; one column of the day is read, and the list of its rows. */
export async function timesOfDay(
  clickhouse: ClickHouse,
  parameters: Record<string, unknown>,
): Promise<{ inFacts: boolean; inPlace: boolean }> {
  const [row] = await clickhouse.rows<{ facts: number; place: number }>(
    `SELECT (SELECT count() FROM (SELECT 1 FROM {facts}.usage WHERE day = toDate({date:String}) AND bitTest(slot_order, 1) LIMIT 1)) > 0 AS facts,
       (SELECT count() FROM (SELECT 1 FROM ${TABLE} WHERE day = toDate({date:String}) LIMIT 1)) > 0 AS place`,
    parameters,
  );
  return { inFacts: Boolean(row?.facts), inPlace: Boolean(row?.place) };
}

/** Reads the facts; to be called before what is in quarantine of them is judged. */
export async function stageConcurrency(
  clickhouse: ClickHouse,
  parameters: Record<string, unknown>,
  inFacts: boolean,
): Promise<void> {
  if (inFacts) await stageRows(clickhouse, { staging: STAGING, select: fresh(), parameters });
  else await clickhouse.command(`TRUNCATE TABLE ${STAGING}`);
}

/** Puts in place what was staged, once usage_daily of the day is. */
export async function swapConcurrency(
  clickhouse: ClickHouse,
  day: { partition: string; parameters: Record<string, unknown> },
): Promise<void> {
  await swapPartition(clickhouse, {
    ...day,
    table: TABLE,
    staging: '{facts}.application_concurrency_judged_staging',
    select: rowsFrom(`SELECT * FROM ${STAGING}`),
  });
  await clickhouse.command(`TRUNCATE TABLE ${STAGING}`);
}
