/**
 * Deletes what the tables hold of devices. Which tables those are is asked of the engine: every one with a column that
 * leads to a device, so that a table that is added is not forgotten here.
 */
import type { ClickHouse } from './clickhouse.ts';

export interface ErasedRows {
  deviceIds: readonly string[];
  epochNos: readonly number[];
}

interface ErasableTable {
  /** With its database. */
  table: string;
  /** Columns that lead to a device: `epoch_no`, `device_id64`, `device_id`. */
  columns: string[];
}

/** Derived whole in the next round, empty between rounds, or what keeps an erased device erased. */
const LEFT_ALONE = [
  'device_rows',
  'device_rows_staging',
  'device_coverage_staging',
  'coverage_windows_staging',
  'application_epochs',
  'usage_daily_staging',
  'usage_daily_judged_staging',
  'usage_concerns',
  'device_registry',
];

export async function erasableTables(clickhouse: ClickHouse): Promise<ErasableTable[]> {
  // Aliases of their own: ClickHouse puts an alias in place of an equally named column.
  const rows = await clickhouse.rows<{ whole: string; columns: string[] }>(
    `SELECT concat(database, '.', table) AS whole, groupArray(name) AS columns FROM system.columns
     WHERE (database, table) IN (SELECT database, name FROM system.tables
         WHERE database IN ('{facts}', '{final}') AND engine LIKE '%MergeTree')
       AND name IN ('epoch_no', 'device_id64', 'device_id') AND table NOT IN {left:Array(String)}
     GROUP BY database, table ORDER BY whole`,
    { left: LEFT_ALONE },
  );
  return rows.map(({ whole, columns }) => ({ table: whole, columns }));
}

/** Days since 1970 on which any of these epochs was used or observed. */
export async function daysOfEpochs(clickhouse: ClickHouse, epochNos: readonly number[]): Promise<number[]> {
  if (epochNos.length === 0) return [];
  const wanted = epochNos.join(',');
  const rows = await clickhouse.rows<{ day: number }>(
    `SELECT DISTINCT toUInt32(toUInt16(day)) AS day FROM
     (
       SELECT day FROM {facts}.usage WHERE epoch_no IN (${wanted})
       UNION ALL SELECT day FROM {facts}.coverage WHERE epoch_no IN (${wanted})
     ) ORDER BY day`,
  );
  return rows.map(({ day }) => day);
}

/** Returns when the table has none of them any more. Safe to repeat; costs a rewrite of the parts that hold any. */
export async function eraseRows(
  clickhouse: ClickHouse,
  { table, columns }: ErasableTable,
  { deviceIds, epochNos }: ErasedRows,
): Promise<void> {
  const conditions = columns.flatMap((column) => {
    if (column === 'epoch_no') return epochNos.length === 0 ? [] : [`epoch_no IN (${epochNos.join(',')})`];
    if (deviceIds.length === 0) return [];
    // Ids are ours, 16 hex digits, and epoch numbers integers: they may stand in the text.
    const ids = deviceIds.map((id) => (column === 'device_id64' ? `${BigInt(`0x${id}`)}` : `'${id}'`));
    return [`${column} IN (${ids.join(',')})`];
  });
  if (conditions.length === 0) return;
  const where = conditions.join(' OR ');
  const [held] = await clickhouse.rows<{ any: number }>(
    `SELECT count() > 0 AS any FROM (SELECT 1 FROM ${table} WHERE ${where} LIMIT 1)`,
  );
  if (held?.any)
    await clickhouse.command(`ALTER TABLE ${table} DELETE WHERE ${where} SETTINGS mutations_sync = 1`);
}
