/** Of which days the facts of use are here, from the partitions alone. */
import type { ClickHouse } from './clickhouse.ts';

/** Days since 1970 (UTC), newest first. */
export async function readDaysWithUse(clickhouse: ClickHouse): Promise<number[]> {
  const rows = await clickhouse.rows<{ day: number }>(
    `SELECT DISTINCT toUInt32(toDate(partition)) AS day FROM system.parts
     WHERE active AND concat(database, '.', table) = '{facts}.usage' ORDER BY day DESC`,
  );
  return rows.map(({ day }) => day);
}
