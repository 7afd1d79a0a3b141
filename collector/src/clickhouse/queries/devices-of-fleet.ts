/** Which computers are in the fleet, and when did they last report? */

import type { ClickHouse } from '../clickhouse.ts';
import { COUNTED_STATES, DEVICE_STATES } from '../device-states.ts';
import type { DeviceRow, ListOf } from './answer-rows.ts';
import { containsWords, type ListRequest, listParameters, splitTotal } from './list-request.ts';
import { ask } from './question.ts';

export const DEVICE_SORTS = [
  'hostname',
  'state',
  'group',
  'os_name',
  'executables',
  'last_seen',
  'agent_version',
] as const;
export type DeviceSort = (typeof DEVICE_SORTS)[number];

const ORDERS: Record<DeviceSort, string> = {
  hostname: 'lower(hostname)',
  state: 'state',
  group: 'lower(group)',
  os_name: 'os_name',
  executables: 'executables',
  last_seen: 'last_seen',
  agent_version: 'agent_version',
};

/** `current` are those that count as the fleet. */
export const DEVICE_CHOICES = ['current', 'all', ...DEVICE_STATES] as const;
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];

export async function devicesOfFleet(
  clickhouse: ClickHouse,
  request: ListRequest<DeviceSort> & { state: DeviceChoice },
): Promise<ListOf<DeviceRow>> {
  const direction = request.descending ? 'DESC' : 'ASC';
  const rows = await ask<DeviceRow & { total: number }>(
    clickhouse,
    `SELECT * EXCEPT (computed_at), count() OVER () AS total FROM {final}.devices
     WHERE state IN {states:Array(String)}
       AND ${containsWords("concat(hostname, ' ', group, ' ', os_name, ' ', os_version, ' ', device_id)")}
     ORDER BY ${ORDERS[request.sort]} ${direction}, lower(hostname), device_id
     LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    { ...listParameters(request), states: statesOf(request.state) },
  );
  return splitTotal(rows);
}

function statesOf(choice: DeviceChoice): readonly string[] {
  if (choice === 'all') return DEVICE_STATES;
  return choice === 'current' ? COUNTED_STATES : [choice];
}
