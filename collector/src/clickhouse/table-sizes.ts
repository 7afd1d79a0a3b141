/** What the tables hold and take on the disk. */
import type { ClickHouse } from './clickhouse.ts';

export interface TableSize {
  table: string;
  rows: number;
  /** Bytes on the disk. */
  bytes: number;
}

/** Tables that have rows, of both databases; staging tables have some only while something is derived. */
export async function readTableSizes(clickhouse: ClickHouse): Promise<TableSize[]> {
  const rows = await clickhouse.rows<{ table: string; rows: string; bytes: string }>(`
    SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts
    WHERE active AND database IN ('{facts}', '{final}') GROUP BY table ORDER BY table`);
  return rows.map(({ table, rows, bytes }) => ({ table, rows: Number(rows), bytes: Number(bytes) }));
}

/** Parts that wait to be merged into one, by table of facts. */
export async function readPartCounts(clickhouse: ClickHouse): Promise<Map<string, number>> {
  const rows = await clickhouse.rows<{ table: string; parts: string }>(
    `SELECT table, count() AS parts FROM system.parts WHERE active AND database = '{facts}' GROUP BY table`,
  );
  return new Map(rows.map(({ table, parts }) => [table, Number(parts)]));
}

/**
 * Parts that were found damaged when the engine started and lie beside their table since, by table; both databases. What a
 * table loses that does not sync its parts is made anew.
 */
export async function readBrokenParts(clickhouse: ClickHouse): Promise<Map<string, number>> {
  const rows = await clickhouse.rows<{ table: string; parts: string }>(`
    SELECT table, count() AS parts FROM system.detached_parts
    WHERE startsWith(reason, 'broken') AND (database, table) IN
    (
      SELECT database, name FROM system.tables
      WHERE database IN ('{facts}', '{final}') AND engine_full LIKE '%fsync_after_insert = 1%'
    )
    GROUP BY table`);
  return new Map(rows.map(({ table, parts }) => [table, Number(parts)]));
}

/** Merges that run now, also those of databases that are not ours: they share the machine. */
export async function readRunningMerges(clickhouse: ClickHouse): Promise<number> {
  const [row] = await clickhouse.rows<{ value: string }>(
    `SELECT value FROM system.metrics WHERE metric = 'Merge'`,
  );
  return Number(row?.value ?? 0);
}
