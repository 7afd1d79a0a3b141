/** Which computers are in the fleet, and when did they last report? */

import type { ClickHouse } from '../clickhouse.ts';
import type { DeviceRow, ListOf } from './answer-rows.ts';
import { containsWords, type ListRequest, listParameters, splitTotal } from './list-request.ts';
import { ask } from './question.ts';

export const DEVICE_SORTS = ['hostname', 'os_name', 'executables', 'last_seen', 'agent_version'] as const;
export type DeviceSort = (typeof DEVICE_SORTS)[number];

const ORDERS: Record<DeviceSort, string> = {
  hostname: 'lower(hostname)',
  os_name: 'os_name',
  executables: 'executables',
  last_seen: 'last_seen',
  agent_version: 'agent_version',
};

export async function devicesOfFleet(
  clickhouse: ClickHouse,
  request: ListRequest<DeviceSort>,
): Promise<ListOf<DeviceRow>> {
  const direction = request.descending ? 'DESC' : 'ASC';
  const rows = await ask<DeviceRow & { total: number }>(
    clickhouse,
    `SELECT * EXCEPT (computed_at), count() OVER () AS total FROM {final}.devices
     WHERE ${containsWords("concat(hostname, ' ', os_name, ' ', os_version, ' ', device_id)")}
     ORDER BY ${ORDERS[request.sort]} ${direction}, lower(hostname), device_id
     LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    listParameters(request),
  );
  return splitTotal(rows);
}
