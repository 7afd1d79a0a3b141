/** What merging costs: the small parts that processing left, and a fleet that was made large enough to tell. */
import type { ClickHouse } from '../../clickhouse/clickhouse.ts';
import { mergeNow } from '../../clickhouse/measuring-data.ts';
import { readPartCounts } from '../../clickhouse/table-sizes.ts';
import type { ConstantValues } from '../constants.ts';
import type { CpuLaps } from './cpu-laps.ts';
import type { MeasuringSite } from './measuring-site.ts';

/** Their rows are few and small: what their merges cost is the parts. */
const SMALL_TABLES = ['device_heads', 'host_facts', 'coverage'] as const;

/** After processing was measured, before anything is merged. */
export async function measurePartMerges(site: MeasuringSite): Promise<Pick<ConstantValues, 'mergePartUs'>> {
  const parts = await readPartCounts(site.clickhouse);
  let us = 0;
  let merged = 0;
  for (const table of SMALL_TABLES) {
    us += (await site.laps.lap(() => mergeNow(site.clickhouse, table))).engineUs;
    merged += parts.get(table) ?? 0;
  }
  return { mergePartUs: us / merged };
}

/** A fleet with so many executables in all its inventories, and so many rows of use. */
export async function measureRowMerges(
  laps: CpuLaps,
  clickhouse: ClickHouse,
  installed: number,
  usageRows: number,
): Promise<Pick<ConstantValues, 'mergeIdUs' | 'mergeUsageRowUs'>> {
  const inventory = await laps.lap(() => mergeNow(clickhouse, 'device_inventory'));
  const usage = await laps.lap(() => mergeNow(clickhouse, 'usage'));
  return { mergeIdUs: inventory.engineUs / installed, mergeUsageRowUs: usage.engineUs / usageRows };
}
