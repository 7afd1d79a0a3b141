/** Writes what counts as use of which application, as the catalogue in force says; views of use read it. */
import type { ClickHouse } from './clickhouse.ts';
import { FACT_TABLES } from './fact-tables.ts';
import { NativeBlock } from './native-block.ts';
import { replacePartition } from './swap-partition.ts';

export interface BasisRow {
  applicationId: bigint;
  basis: string;
}

/** In place of what was there before, in one step. Safe to repeat. */
export async function writeApplicationBases(
  clickhouse: ClickHouse,
  bases: readonly BasisRow[],
): Promise<void> {
  const block = new NativeBlock(FACT_TABLES.application_bases_staging);
  for (const { applicationId, basis } of bases)
    block.append({ application_id: applicationId.toString(16).padStart(16, '0'), basis });
  await clickhouse.command('TRUNCATE TABLE {facts}.application_bases_staging');
  await clickhouse.insert('application_bases_staging', block);
  await replacePartition(clickhouse, {
    table: '{facts}.application_bases',
    staging: '{facts}.application_bases_staging',
    partition: 'tuple()',
  });
}
