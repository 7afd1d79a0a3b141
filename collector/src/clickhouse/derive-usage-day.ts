/**
 * Derives one UTC day of use from merged facts (use-of-day.ts), whole, and swaps it in by partition. Numbers are
 * turned into names at the very end: on the way they are integers (see number-applications.ts).
 */
import type { ClickHouse } from './clickhouse.ts';
import { CONCURRENCY_THEN, stageConcurrency, swapConcurrency, timesOfDay } from './derive-concurrency-day.ts';
import { deriveCoverageDay, PERSON_PRESENT } from './derive-coverage.ts';
import { deriveLastUses } from './derive-last-uses.ts';
import { CURRENT, EXCLUSIONS, HELD, newestOf } from './held-applications.ts';
import {
  SHOWN_NOW,
  SHOWN_THEN,
  type ShownApplication,
  shownId,
  shownName,
  USERS_SHOWN,
  usersOfDay,
} from './names-and-users.ts';
import { dayLife } from './retain-rows.ts';
import { HIDDEN_APPLICATION } from './small-groups.ts';
import { replacePartition, stageRows, swapPartition } from './swap-partition.ts';
import { byDevice, CORRECTED, FACTS } from './use-of-day.ts';

const MILLISECONDS_A_DAY = 86_400_000;

/**
 * `day` counts days since 1970; `now` is in milliseconds. numberApplications must have succeeded before. Applications
 * that are held (see usage-exclusions.ts) keep the rows they have. `judge` is called when all facts were read and nothing
 * has changed yet: what it decides about the day's exclusions counts. Of a day whose marks were given up, devices of which nothing
 * was known are added to what there is; of one whose rows were, nothing changes.
 */
export async function deriveUsageDay(
  clickhouse: ClickHouse,
  day: number,
  now: number,
  catalogueVersion: string,
  judge?: () => Promise<void>,
): Promise<void> {
  const life = await dayLife(clickhouse, day);
  if (life === 'past') return;
  const given = givenOf(day, now, catalogueVersion);
  const times = await timesOfDay(clickhouse, given.parameters);
  const select = life === 'final' ? finalUsageDaily(times.inFacts) : usageDaily(times.inFacts);
  await stageRows(clickhouse, { ...given, staging: STAGING, select });
  // Of a final day peaks stay as they are: without the marks of those that are known nothing can be added to them.
  const hasPeaks = life === 'open' && (times.inFacts || times.inPlace);
  if (hasPeaks) await stageConcurrency(clickhouse, given.parameters, times.inFacts);
  await judge?.();
  const { partition, parameters, byApplication, excludes } = await usageDayRows(
    clickhouse,
    day,
    now,
    catalogueVersion,
  );
  const table = '{final}.usage_daily';
  if (excludes) {
    await stageRows(clickhouse, { parameters, staging: JUDGED, select: heldUsageDaily(STAGED) });
    await replacePartition(clickhouse, { table, staging: JUDGED, partition });
    await clickhouse.command(`TRUNCATE TABLE ${STAGING}`);
  } else await replacePartition(clickhouse, { table, staging: STAGING, partition });
  await swapPartition(clickhouse, {
    ...{ partition, parameters },
    table: '{final}.application_usage_daily',
    staging: '{facts}.application_usage_daily_staging',
    select: byApplication,
  });
  if (hasPeaks) await swapConcurrency(clickhouse, { partition, parameters });
  await deriveLastUses(clickhouse);
  await deriveCoverageDay(clickhouse, { partition, parameters });
}

const STAGING = '{facts}.usage_daily_staging';
const STAGED = `SELECT * EXCEPT (stale_since, devices_excluded)
  REPLACE (toString(application_id) AS application_id, toString(device_id) AS device_id) FROM ${STAGING}`;
/** The same rows without those of applications that are held, and with those that these have. */
const JUDGED = '{facts}.usage_daily_judged_staging';

function givenOf(
  day: number,
  now: number,
  catalogue: string,
): Pick<UsageDayRows, 'partition' | 'parameters'> {
  const date = new Date(day * MILLISECONDS_A_DAY).toISOString().slice(0, 10);
  return { partition: `'${date}'`, parameters: { date, now, catalogue } };
}

export interface UsageDayRows {
  partition: string;
  parameters: Record<string, unknown>;
  /** SELECT of the rows of usage_daily, from facts. */
  byDevice: string;
  /** SELECT of the rows of application_usage_daily, from those of usage_daily that are in place. */
  byApplication: string;
  /** SELECT of the rows of application_concurrency_daily, likewise. */
  concurrency: string;
  /** Devices of some applications are left out, or the applications held. */
  excludes: boolean;
}

/**
 * How the rows of a day are derived, as things are now; `shown`: SHOWN_THEN for whoever compares them with those in place.
 * numberApplications must have succeeded before.
 */
export async function usageDayRows(
  clickhouse: ClickHouse,
  day: number,
  now: number,
  catalogueVersion: string,
  shown: ShownApplication = SHOWN_NOW,
): Promise<UsageDayRows> {
  const given = { ...givenOf(day, now, catalogueVersion), excludes: false };
  const life = await dayLife(clickhouse, day);
  const concurrency = keptRows('application_concurrency_daily');
  if (life === 'past')
    return {
      ...{ ...given, concurrency },
      byDevice: keptRows('usage_daily'),
      byApplication: keptRows('application_usage_daily'),
    };
  const { inFacts } = await timesOfDay(clickhouse, given.parameters);
  if (life === 'final')
    return {
      ...{ ...given, concurrency },
      byDevice: finalUsageDaily(inFacts),
      byApplication: finalApplicationUsageDaily(),
    };
  const [excluded] = await clickhouse.rows<{ any: number }>(
    'SELECT count() > 0 AS any FROM {final}.usage_exclusions WHERE day = toDate({date:String})',
    given.parameters,
  );
  const isToday = Math.floor(now / MILLISECONDS_A_DAY) === day;
  // Nearly always nothing is in quarantine, and then nothing has to be joined.
  const [rowsByDevice, byApplication] = excluded?.any
    ? [heldUsageDaily(usageRows(inFacts, shown)), heldApplicationUsageDaily(isToday, shown)]
    : [usageDaily(inFacts, shown), applicationUsageDaily(isToday, shown)];
  const excludes = Boolean(excluded?.any);
  return { ...given, byDevice: rowsByDevice, byApplication, concurrency: CONCURRENCY_THEN, excludes };
}

const name = (attribute: string): string =>
  `dictGetString('{facts}.application_numbered', '${attribute}', toUInt64(main))`;

const usageRows = (hasTimes: boolean, shown: ShownApplication): string => `
  SELECT toDate({date:String}) AS day, lower(leftPad(hex(app), 16, '0')) AS application_id,
    lower(leftPad(hex(used.device), 16, '0')) AS device_id, ${name('name')} AS application, ${name('publisher')} AS publisher,
    ${name('version')} AS version, device_seconds AS seconds, device_launches AS launches, device_by_user AS launches_by_user,
    device_foreground AS foreground_seconds, if(observed.device = 0, -1, observed.present) AS person_present, {catalogue:String} AS catalogue_version, fromUnixTimestamp64Milli({now:Int64}) AS computed_at
  FROM (${byDevice(hasTimes, shown)}) AS used LEFT ANY JOIN (${PERSON_PRESENT}) AS observed ON observed.device = used.device`;

const usageDaily = (hasTimes: boolean, shown: ShownApplication = SHOWN_NOW): string =>
  `SELECT *, ${CURRENT}, 0 AS devices_excluded FROM (${usageRows(hasTimes, shown)})`;

/**
 * A past day keeps the number of devices it had: what is installed today says nothing about then. Applications that
 * a later catalogue has dissolved are left out, and of those it has made only the devices that used them are known.
 */
function applicationRows(isToday: boolean, shown: ShownApplication): string {
  const then = shown === SHOWN_THEN ? PRESENT_THEN : PRESENT_THEN_BY_NOW;
  const presence = isToday ? PRESENT : `SELECT * FROM (${then}) AS those ${STILL_AN_APPLICATION}`;
  const unknownPresence = isToday ? '0' : 'max(using_it)';
  return applicationRowsOf(presence, unknownPresence, usersCounted(shown));
}

const usersCounted = (shown: ShownApplication): string =>
  `SELECT used_id, ${USERS_SHOWN} AS users_then FROM (${usersOfDay(FACTS, CORRECTED, shown)})`;
/** Of those in facts some may be gone. */
const USERS_THEN = `SELECT application_id AS used_id, users AS users_then FROM {final}.application_usage_daily WHERE day = toDate({date:String})`;

const PRESENT_THEN = `SELECT application_id, ${shownName('application_id', 'application')} AS app_name, publisher AS app_publisher, devices AS having_it
  FROM {final}.application_usage_daily WHERE day = toDate({date:String})`;
/** What has lost its name since is a part of what stands for all of that. */
const PRESENT_THEN_BY_NOW = `SELECT ${shownId('those_then.application_id')} AS application_id, any(those_then.app_name) AS app_name,
    any(those_then.app_publisher) AS app_publisher, max(those_then.having_it) AS having_it
  FROM (${PRESENT_THEN}) AS those_then GROUP BY application_id`;
const STILL_AN_APPLICATION = `WHERE those.application_id = '${HIDDEN_APPLICATION}' OR those.application_id IN
  (SELECT lower(leftPad(hex(application_id64), 16, '0')) FROM {facts}.application_numbers)`;

/** `users`: SELECT of users_then by used_id; of what it lacks nobody used any. */
function applicationRowsOf(
  presence: string,
  unknownPresence: string,
  users: string,
  otherwise = '0',
): string {
  return `
  SELECT totals.* EXCEPT (app_seconds, app_launches, catalogue_version, computed_at),
    if(counted.users_then = '', '${otherwise}', counted.users_then) AS users, app_seconds AS seconds, app_launches AS launches,
    catalogue_version, computed_at
  FROM
  (
  SELECT toDate({date:String}) AS day, application_id, max(app_name) AS application, max(app_publisher) AS publisher,
    if(max(known) = 1, max(having_it), ${unknownPresence}) AS devices, max(using_it) AS devices_used,
    max(seconds_used) AS app_seconds, max(launches_used) AS app_launches,
    {catalogue:String} AS catalogue_version, fromUnixTimestamp64Milli({now:Int64}) AS computed_at
  FROM
  (
    SELECT application_id, app_name, app_publisher, having_it, 1 AS known, 0 AS using_it, 0 AS seconds_used, 0 AS launches_used
    FROM (${presence})
    UNION ALL
    SELECT toString(application_id), any(toString(application)), any(toString(publisher)), 0, 0, uniqExact(device_id),
      sum(seconds), sum(launches)
    FROM {final}.usage_daily WHERE day = toDate({date:String}) GROUP BY application_id
  )
  GROUP BY application_id
  ) AS totals
  LEFT ANY JOIN (${users}) AS counted ON counted.used_id = totals.application_id`;
}

const PRESENT = `SELECT application_id, any(name) AS app_name, any(publisher) AS app_publisher,
    groupBitmapMerge(device_bitmap) AS having_it FROM {facts}.application_devices GROUP BY application_id`;

const applicationUsageDaily = (isToday: boolean, shown: ShownApplication): string =>
  `SELECT *, ${CURRENT}, 0 AS devices_excluded FROM (${applicationRows(isToday, shown)})`;

/** Rows of devices that were erased since are not copied from what is in place, however long that is to stay. */
const NOT_ERASED = `reinterpretAsUInt64(reverse(unhex(toString(device_id)))) IN (SELECT device_id64 FROM {facts}.epochs)`;

/** `fresh` gives the rows of all applications. */
function heldUsageDaily(fresh: string): string {
  // A whole: settings at the end of a union would count for its last part only.
  return `SELECT * FROM (
  SELECT fresh.*, ${CURRENT}, excluded.left_out AS devices_excluded
  FROM (${fresh}) AS fresh
  LEFT ANY JOIN (${EXCLUSIONS}) AS excluded ON excluded.excluded_id = fresh.application_id
  WHERE fresh.application_id NOT IN (SELECT excluded_id FROM (${HELD}))
  UNION ALL
  SELECT kept.*, held.held_since, held.left_out
  FROM
  (
    SELECT DISTINCT * EXCEPT (stale_since, devices_excluded)
      REPLACE (toString(application_id) AS application_id, toString(device_id) AS device_id,
        ${shownName('usage_daily.application_id', 'usage_daily.application')} AS application)
    FROM {final}.usage_daily WHERE usage_daily.day = toDate({date:String}) AND ${NOT_ERASED} AND ${newestOf('usage_daily')}
  ) AS kept
  INNER JOIN (${HELD}) AS held ON held.excluded_id = kept.application_id)`;
}

/** What is in quarantine is use: how many devices have the application today is current also where it is held. */
function heldApplicationUsageDaily(isToday: boolean, shown: ShownApplication): string {
  const present = isToday
    ? `LEFT ANY JOIN (${PRESENT}) AS present ON present.application_id = kept.application_id`
    : '';
  const devices = isToday ? 'toUInt64(present.having_it)' : 'kept.devices';
  return `SELECT * FROM (
  SELECT fresh.*, ${CURRENT}, excluded.left_out AS devices_excluded
  FROM (${applicationRows(isToday, shown)}) AS fresh
  LEFT ANY JOIN (${EXCLUSIONS}) AS excluded ON excluded.excluded_id = fresh.application_id
  WHERE fresh.application_id NOT IN (SELECT excluded_id FROM (${HELD}))
  UNION ALL
  SELECT kept.day, kept.application_id, ${shownName('kept.application_id', 'kept.application')}, kept.publisher,
    ${devices} AS devices, kept.devices_used, kept.users, kept.seconds, kept.launches, kept.catalogue_version, kept.computed_at, held.held_since, held.left_out
  FROM
  (
    SELECT * FROM {final}.application_usage_daily
    WHERE application_usage_daily.day = toDate({date:String}) AND ${newestOf('application_usage_daily')} LIMIT 1 BY application_id
  ) AS kept
  INNER JOIN (${HELD}) AS held ON held.excluded_id = kept.application_id
  ${present})`;
}

/** Marks of devices that are in it are given up, so they are not derived again; a device that is not tells its day late. */
function finalUsageDaily(hasTimes: boolean): string {
  const known = `SELECT reinterpretAsUInt64(reverse(unhex(toString(usage_daily.device_id)))) FROM {final}.usage_daily
    WHERE usage_daily.day = toDate({date:String})`;
  const late = usageDaily(hasTimes).replaceAll(FACTS, `${FACTS} AND device NOT IN (${known})`);
  return `SELECT * FROM (
  SELECT DISTINCT * REPLACE (toString(application_id) AS application_id, toString(device_id) AS device_id,
    ${shownName('usage_daily.application_id', 'usage_daily.application')} AS application) FROM {final}.usage_daily
  WHERE usage_daily.day = toDate({date:String}) AND ${NOT_ERASED}
  UNION ALL ${late})`;
}

/** Applications are those of the catalogue of then. What has no use any more keeps its presence. */
const finalApplicationUsageDaily = (): string =>
  `SELECT *, ${CURRENT}, 0 AS devices_excluded FROM (${applicationRowsOf(PRESENT_THEN, 'max(using_it)', USERS_THEN, 'not known')})`;

const keptRows = (
  table: 'usage_daily' | 'application_usage_daily' | 'application_concurrency_daily',
): string => `SELECT * FROM {final}.${table} WHERE ${table}.day = toDate({date:String})`;
