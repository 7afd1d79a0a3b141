/** Which epochs the tables know: without its row an epoch's facts belong to nobody. */
import type { ClickHouse } from './clickhouse.ts';
import { readRows } from './row-binary.ts';

export async function readEpochNos(
  clickhouse: ClickHouse,
  first: number,
  last: number,
): Promise<Set<number>> {
  const answer = clickhouse.binary(
    `SELECT DISTINCT epoch_no FROM {facts}.epochs WHERE epoch_no BETWEEN ${first} AND ${last}`,
  );
  return new Set(await Array.fromAsync(readRows(answer, (row) => row.uint32())));
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
