/** Which executables the tables describe and map, and which devices could describe one again. */
import type { ClickHouse } from './clickhouse.ts';
import { readRows } from './row-binary.ts';

/** Numbers from `first` to `last` of which the evidence is here. */
export async function readDescribed(
  clickhouse: ClickHouse,
  first: number,
  last: number,
): Promise<Set<number>> {
  const answer = clickhouse.binary(
    `SELECT DISTINCT executable_no FROM {facts}.executables WHERE version > 0 AND executable_no BETWEEN ${first} AND ${last}`,
  );
  return new Set(await Array.fromAsync(readRows(answer, (row) => row.uint32())));
}

/** Of those the ones without a mapping. */
export async function readUnmapped(clickhouse: ClickHouse, first: number, last: number): Promise<number[]> {
  const within = `executable_no BETWEEN ${first} AND ${last}`;
  const answer = clickhouse.binary(
    `SELECT DISTINCT executable_no FROM {facts}.executables
     WHERE version > 0 AND ${within} AND executable_no NOT IN (SELECT executable_no FROM {facts}.mappings WHERE ${within})
     ORDER BY executable_no`,
  );
  return await Array.fromAsync(readRows(answer, (row) => row.uint32()));
}

/** Up to three devices for each of these executables, that have it now or used it. Callers bound the numbers. */
export async function readHolders(
  clickhouse: ClickHouse,
  executableNos: readonly number[],
): Promise<{ executableNo: number; deviceId: string }[]> {
  if (executableNos.length === 0) return [];
  const wanted = executableNos.join(',');
  const device = `dictGetUInt64('{facts}.device_of', 'device_id64', toUInt64(epoch_no))`;
  const rows = await clickhouse.rows<{ executable_no: number; devices: string[] }>(`
    SELECT executable_no, arrayMap(no -> lower(leftPad(hex(no), 16, '0')), groupUniqArray(3)(device)) AS devices
    FROM
    (
      SELECT arrayJoin(arrayIntersect(ids, [${wanted}])) AS executable_no, ${device} AS device
      FROM {facts}.device_inventory FINAL
      WHERE hasAny(ids, [${wanted}]) AND epoch_no IN (SELECT epoch_no FROM {facts}.current_epochs)
      UNION ALL
      SELECT executable_no, ${device} AS device FROM {facts}.usage WHERE executable_no IN (${wanted})
    )
    WHERE device > 0 GROUP BY executable_no`);
  return rows.flatMap(({ executable_no, devices }) =>
    devices.map((deviceId) => ({ executableNo: executable_no, deviceId })),
  );
}
