/** Which epochs the tables know: without its row an epoch's facts belong to nobody. */
import type { ClickHouse } from './clickhouse.ts';
import { readRows } from './row-binary.ts';

/** How often each epoch has moved to another device, as far as the tables know. */
export async function readEpochMoves(
  clickhouse: ClickHouse,
  first: number,
  last: number,
): Promise<Map<number, number>> {
  const answer = clickhouse.binary(
    `SELECT epoch_no, toUInt32(max(moves)) FROM {facts}.epochs WHERE epoch_no BETWEEN ${first} AND ${last} GROUP BY epoch_no`,
  );
  return new Map(
    await Array.fromAsync(readRows(answer, (row): [number, number] => [row.uint32(), row.uint32()])),
  );
}

/** Days (since 1970, UTC) with use that these epochs reported. */
export async function daysOfEpochs(clickhouse: ClickHouse, epochNos: readonly number[]): Promise<number[]> {
  return await daysWhere(clickhouse, 'epoch_no', epochNos);
}

/** Days (since 1970, UTC) with use of these executables. */
export async function daysOfExecutables(
  clickhouse: ClickHouse,
  executableNos: readonly number[],
): Promise<number[]> {
  return await daysWhere(clickhouse, 'executable_no', executableNos);
}

/** Numbers are ours, so they go into the text; callers bound them. */
async function daysWhere(
  clickhouse: ClickHouse,
  column: 'epoch_no' | 'executable_no',
  numbers: readonly number[],
): Promise<number[]> {
  if (numbers.length === 0) return [];
  const rows = await clickhouse.rows<{ day: number }>(
    `SELECT DISTINCT toUInt32(day) AS day FROM {facts}.usage WHERE ${column} IN (${numbers.join(',')})`,
  );
  return rows.map(({ day }) => day);
}
