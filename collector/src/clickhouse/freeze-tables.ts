/** A snapshot of every table, as hard links in the engine's own folder: what a backup copies. */
import type { ClickHouse } from './clickhouse.ts';

/** `name` is ours: letters, digits and underscores. What is derived beside the live tables is empty or worth nothing. */
export async function freezeTables(clickhouse: ClickHouse, name: string): Promise<void> {
  const tables = await clickhouse.rows<{ whole: string }>(
    `SELECT concat(database, '.', name) AS whole FROM system.tables
     WHERE database IN ('{facts}', '{final}') AND engine LIKE '%MergeTree' AND NOT endsWith(name, '_staging') ORDER BY whole`,
  );
  for (const { whole } of tables) await clickhouse.command(`ALTER TABLE ${whole} FREEZE WITH NAME '${name}'`);
}
