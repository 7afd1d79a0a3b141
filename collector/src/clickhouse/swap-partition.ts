/** Derives a partition beside the live table and swaps it in whole: readers see the old rows or the new ones. */
import type { ClickHouse } from './clickhouse.ts';

/** Stands for the settings of a derivation (deriving-settings.ts); the connection knows how much memory there is. */
export const DERIVING = '{deriving}';

export interface Swap {
  /** Live table, with its database placeholder. */
  table: string;
  /** Table of the same structure, empty between swaps. */
  staging: string;
  /** Partition expression: `tuple()` or a quoted date; ours, never from outside. */
  partition: string;
  select: string;
  parameters: Record<string, unknown>;
}

export async function swapPartition(clickhouse: ClickHouse, swap: Swap): Promise<void> {
  await stageRows(clickhouse, swap);
  await replacePartition(clickhouse, swap);
}

/** Fills the staging table with the rows and with nothing else. */
export async function stageRows(
  clickhouse: ClickHouse,
  { staging, select, parameters }: Pick<Swap, 'staging' | 'select' | 'parameters'>,
): Promise<void> {
  await clickhouse.command(`TRUNCATE TABLE ${staging}`);
  await clickhouse.command(`INSERT INTO ${staging} ${select} ${DERIVING}`, parameters);
}

/** The rows that lie in the staging table become the partition. */
export async function replacePartition(
  clickhouse: ClickHouse,
  { table, staging, partition }: Pick<Swap, 'table' | 'staging' | 'partition'>,
): Promise<void> {
  const [derived] = await clickhouse.rows<{ any: number }>(`SELECT count() > 0 AS any FROM ${staging}`);
  // An empty source is refused by REPLACE PARTITION, and is right: nothing is left of that partition.
  await clickhouse.command(
    derived?.any
      ? `ALTER TABLE ${table} REPLACE PARTITION ${partition} FROM ${staging}`
      : `ALTER TABLE ${table} DROP PARTITION ${partition}`,
  );
  await clickhouse.command(`TRUNCATE TABLE ${staging}`);
}
