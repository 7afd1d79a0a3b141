/**
 * SQL of what facts say of one day's use, merged from the inside out: within (device, run, executable, user, generation) columns
 * merge by max and bit-or; of generations only the highest counts; over the runs and executables of an application seconds are
 * the sum, at most 300 for each five-minute mark set in any of them, at most a day; users add up, at most a day.
 *
 * Marks in the order of the day and marks in a device's own order cannot be united. Where a day has both kinds, each kind is
 * united for itself, and the marks of both count: an upper bound, as without it an application whose programs are partly
 * listed would lose time. Nearly always there is one kind, and then nothing more is computed.
 */

import { ENOUGH_FRONT_SECONDS } from '@fleetmeter/proto';
import { knownSum } from './known-sum.ts';
import { SHOWN_NOW, type ShownApplication } from './names-and-users.ts';

/** Of the day in {date:String}; conditions may follow. */
export const FACTS = `FROM {facts}.usage WHERE day = toDate({date:String}) AND device > 0`;
export const DEVICE = `dictGetUInt64('{facts}.device_of', 'device_id64', toUInt64(epoch_no)) AS device`;

const foreground = (column: string, seconds: string): string =>
  knownSum({ known: column, within: seconds, enough: ENOUGH_FRONT_SECONDS, most: 86_400 });

/** Columns have names of their own at each level: ClickHouse puts an alias in place of an equally named column. */
const merged = (hasTimes: boolean): string => `
  SELECT ${DEVICE}, executable_no, user, run, generation, max(seconds) AS run_seconds, max(launches_user) AS run_by_user,
    run_by_user + max(launches_autostart) + max(launches_service) + max(launches_scheduler) + max(launches_unknown)
      AS run_launches,
    max(foreground_seconds) AS run_foreground,
    groupBitOr(slots_0) AS r0, groupBitOr(slots_1) AS r1, groupBitOr(slots_2) AS r2, groupBitOr(slots_3) AS r3,
    groupBitOr(slots_4) AS r4${hasTimes ? ', groupBitOr(slot_order) = 2 AS is_in_order' : ''}
  ${FACTS} GROUP BY device, executable_no, user, run, generation`;

/** Almost always empty: what administrators corrected. */
export const CORRECTED = `
  SELECT ${DEVICE}, executable_no, user, max(generation) AS newest ${FACTS} AND generation > 0
  GROUP BY device, executable_no, user`;

const inForce = (hasTimes: boolean): string => `
  FROM (${merged(hasTimes)}) AS merged
  LEFT JOIN (${CORRECTED}) AS corrected USING (device, executable_no, user)
  WHERE merged.generation = corrected.newest`;

export const APPLICATION_NO = `dictGetUInt32('{facts}.application_of', 'application_no', toUInt64(executable_no)) AS application_no`;

const WORDS = [0, 1, 2, 3, 4] as const;
const each = (sql: (word: number) => string, between = ', '): string => WORDS.map(sql).join(between);

const byVersion = (hasTimes: boolean): string => `
  SELECT device, user, ${APPLICATION_NO},
    sum(run_seconds) AS version_seconds, sum(run_launches) AS version_launches, sum(run_by_user) AS version_by_user,
    ${foreground('run_foreground', 'run_seconds')} AS version_foreground,
    ${hasTimes ? each((word) => `groupBitOrIf(r${word}, NOT is_in_order) AS v${word}, groupBitOrIf(r${word}, is_in_order) AS o${word}`) : each((word) => `groupBitOr(r${word}) AS v${word}`)}
  ${inForce(hasTimes)}
  GROUP BY device, user, application_no`;

const marksOf = (kind: 'v' | 'o'): string => each((word) => `bitCount(groupBitOr(${kind}${word}))`, ' + ');

const byUser = (hasTimes: boolean, shown: ShownApplication): string => `
  SELECT device, user, ${shown('application_no')} AS app,
    argMax(application_no, (version_seconds, application_no)) AS user_main,
    least(sum(version_seconds), 300 * (${marksOf('v')}${hasTimes ? ` + ${marksOf('o')}` : ''}), 86400) AS user_seconds,
    sum(version_launches) AS user_launches, sum(version_by_user) AS user_by_user,
    ${foreground('version_foreground', 'version_seconds')} AS user_foreground
  FROM (${byVersion(hasTimes)}) GROUP BY device, user, app`;

/** One row for each device and application. `hasTimes`: there may be marks in the order of the day. */
export const byDevice = (hasTimes: boolean, shown: ShownApplication = SHOWN_NOW): string => `
  SELECT device, app, argMax(user_main, (user_seconds, user_main)) AS main, least(sum(user_seconds), 86400) AS device_seconds,
    sum(user_launches) AS device_launches, sum(user_by_user) AS device_by_user,
    ${foreground('user_foreground', 'user_seconds')} AS device_foreground
  FROM (${byUser(hasTimes, shown)}) GROUP BY device, app`;

/** The same; `facts` stands in for the table of facts, for whoever wants to know what a day would be. */
export const usageByDevice = (facts: string): string =>
  byDevice(true).replaceAll('FROM {facts}.usage WHERE', `FROM ${facts} WHERE`);

/** Runs of programs whose marks are in the order of the day, of the generation in force. */
export const IN_ORDER = `
  SELECT device, user, executable_no, ${each((word) => `r${word}`)}
  ${inForce(true).replaceAll(
    FACTS,
    `${FACTS} AND executable_no IN (SELECT executable_no FROM {facts}.usage WHERE day = toDate({date:String}) AND bitTest(slot_order, 1))`,
  )} AND is_in_order`;
