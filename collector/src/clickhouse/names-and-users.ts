/**
 * What keeps totals from leading to a person: users become a number, and what is copied from rows that are in place
 * loses the names that too few devices have by now.
 */
import { countShown, HIDDEN_APPLICATION, HIDDEN_APPLICATION_NO, HIDDEN_NAME } from './small-groups.ts';

/** SQL of the application that the application version of a number is shown as; `no`: SQL of that number. */
export type ShownApplication = (no: string) => string;

const numbered = (attribute: string, no: string): string =>
  `dictGet('{facts}.application_numbered', '${attribute}', toUInt64(${no}))`;

/** By what is hidden now. */
export const SHOWN_NOW: ShownApplication = (no) => numbered('application_id64', no);

/**
 * As the rows of the day in {date:String} that are in place show it. A day keeps the names it was derived with, and what is in the homes
 * of few changes with every computer that comes: whoever compares a day with facts has to hide what was hidden then.
 */
export const SHOWN_THEN: ShownApplication = (no) =>
  `if(${numbered('home_only', no)} = 0 OR ${numbered('true_id64', no)} IN
    (SELECT reinterpretAsUInt64(reverse(unhex(toString(application_id)))) FROM {final}.usage_daily WHERE usage_daily.day = toDate({date:String})),
    ${numbered('true_id64', no)}, ${HIDDEN_APPLICATION_NO})`;

const APPLICATION_NO = `dictGetUInt32('{facts}.application_of', 'application_no', toUInt64(facts.executable_no))`;

/**
 * SELECT of the users of each application on a day, as a number. Pseudonyms are of one device each, so no two devices
 * share one. `facts`: FROM and WHERE of the rows of the day, with their `device`; `corrected`: the generations that
 * count where it is not the first.
 */
export const usersOfDay = (facts: string, corrected: string, shown: ShownApplication = SHOWN_NOW): string => `
  SELECT lower(leftPad(hex(app), 16, '0')) AS used_id, uniqExact(who) AS people
  FROM
  (
    SELECT ${shown(APPLICATION_NO)} AS app, facts.user AS who
    FROM
    (
      SELECT dictGetUInt64('{facts}.device_of', 'device_id64', toUInt64(epoch_no)) AS device, executable_no, user, generation
      ${facts} AND seconds + launches_user + launches_autostart + launches_service + launches_scheduler + launches_unknown > 0
    ) AS facts
    LEFT JOIN (${corrected}) AS corrected USING (device, executable_no, user)
    WHERE facts.generation = corrected.newest
  )
  GROUP BY app`;

/** SQL of how many they are, where they could be counted. */
export const USERS_SHOWN = countShown('people');

/** Columns `id` and `name` of a SELECT; its name where it may be shown now. */
export const shownName = (id: string, name: string): string =>
  `if(toString(${id}) IN (SELECT application_id FROM {facts}.hidden_applications), ${HIDDEN_NAME}, toString(${name}))`;

/** The same of its id. */
export const shownId = (id: string): string =>
  `if(toString(${id}) IN (SELECT application_id FROM {facts}.hidden_applications), '${HIDDEN_APPLICATION}', toString(${id}))`;

/** The name to compare: it changes with the number of devices, and no day is derived again for that. */
export const comparedName = (id: string, name: string): string =>
  `if(toString(${id}) = '${HIDDEN_APPLICATION}' OR toString(${id}) IN
    (SELECT lower(leftPad(hex(application_id64), 16, '0')) FROM {facts}.application_numbers WHERE home_only), '', toString(${name}))`;
