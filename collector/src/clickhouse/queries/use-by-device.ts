/** Which devices use an application, which do not, and of which is that not known? Those to take a licence back from come first. */

import type { ClickHouse } from '../clickhouse.ts';
import { containsWords, type ListRequest, listParameters, splitTotal } from './list-request.ts';
import { ask } from './question.ts';
import type { DeviceUseRow, UseByDevice, UseStateCount } from './use-rows.ts';
import { USE_STATES, type UseState } from './use-states.ts';

export const DEVICE_USE_SORTS = [
  'state',
  'hostname',
  'last_used',
  'days_used',
  'observed_share',
  'interactive_days',
  'installed_since',
] as const;
export type DeviceUseSort = (typeof DEVICE_USE_SORTS)[number];

export const USE_CHOICES = ['all', ...USE_STATES] as const;
export type UseChoice = (typeof USE_CHOICES)[number];

/** In the order of what can be done: take it back, find out, leave it. Within a state, what was used longest ago. */
const STATE_ORDER = `indexOf(['not used', 'unknown', 'used'], state)`;

const ORDERS: Record<DeviceUseSort, (direction: string) => string> = {
  state: (direction) => `${STATE_ORDER} ${direction}, reason, ifNull(last_used, '')`,
  hostname: (direction) => `lower(hostname) ${direction}`,
  last_used: (direction) => `ifNull(last_used, '') ${direction}`,
  days_used: (direction) => `days_used ${direction}`,
  observed_share: (direction) => `ifNull(observed_share, -1) ${direction}`,
  interactive_days: (direction) => `interactive_days ${direction}`,
  installed_since: (direction) => `ifNull(installed_since, '') ${direction}`,
};

/** Rows of DeviceUseRow of one application, and of one device where `device` is not empty. */
export const DEVICE_USE = `
  SELECT judged.device_id AS device_id, host.hostname AS hostname, judged.state AS state, judged.reason AS reason, judged.installed AS installed,
    if(judged.installed_since <= toDate(0), NULL, toString(judged.installed_since)) AS installed_since,
    toString(judged.last_used) AS last_used, judged.days_used AS days_used, judged.basis AS basis,
    judged.observed_share AS observed_share, judged.judged_days AS judged_days, judged.interactive_days AS interactive_days
  FROM
  (
    SELECT * FROM {final}.application_last_used
    WHERE application_id = {id:String} AND ({device:String} = '' OR device_id = {device:String})
  ) AS judged
  LEFT JOIN (SELECT device_id, hostname FROM {facts}.device_rows) AS host ON host.device_id = judged.device_id`;

const STATES = `
  SELECT state, reason, count() AS devices FROM {final}.application_last_used
  WHERE application_id = {id:String} GROUP BY state, reason ORDER BY ${STATE_ORDER}, devices DESC, reason`;

/** `id` is 16 lower-case hex digits. `states` counts all devices, whatever the list is narrowed to. */
export async function useByDevice(
  clickhouse: ClickHouse,
  id: string,
  request: ListRequest<DeviceUseSort> & { state: UseChoice },
): Promise<UseByDevice> {
  const order = ORDERS[request.sort](request.descending ? 'DESC' : 'ASC');
  const states: readonly UseState[] = request.state === 'all' ? USE_STATES : [request.state];
  const [rows, counts] = await Promise.all([
    ask<DeviceUseRow & { total: number }>(
      clickhouse,
      `SELECT *, count() OVER () AS total FROM (${DEVICE_USE})
       WHERE state IN {states:Array(String)} AND ${containsWords("concat(hostname, ' ', device_id)")}
       ORDER BY ${order}, lower(hostname), device_id
       LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
      { ...listParameters(request), id, device: '', states },
    ),
    ask<UseStateCount>(clickhouse, STATES, { id }),
  ]);
  return { ...splitTotal(rows), states: counts };
}
