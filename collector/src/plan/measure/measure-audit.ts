/** What an audit costs the engine: the inventories of a fleet that was made inside it, and a day of use with its digests. */
import { auditInventories, loadAuditDictionaries } from '../../clickhouse/audit-inventories.ts';
import { lackingUsage } from '../../clickhouse/audit-usage.ts';
import type { ClickHouse } from '../../clickhouse/clickhouse.ts';
import { mergeNow } from '../../clickhouse/measuring-data.ts';
import { readTableSizes } from '../../clickhouse/table-sizes.ts';
import type { MeasuringSite } from './measuring-site.ts';

export interface AuditCost {
  inventoriesUs: number;
  dayUs: number;
  /** Of usage_digests, merged. */
  digestBytes: number;
}

/** The digests are made up, so nearly all differ from the usage; as a rule none does, and nothing is answered. */
const ANSWERED = 1;

/** `day` counts days since 1970; the devices have epochs from 1 on. */
export async function measureAudit(
  { laps, now }: Pick<MeasuringSite, 'laps' | 'now'>,
  clickhouse: ClickHouse,
  devices: number,
  day: number,
): Promise<AuditCost> {
  await clickhouse.command(
    `INSERT INTO {facts}.usage_digests SELECT toDate({day:UInt16}), number + 1, cityHash64(number), 24,
       10 + cityHash64(number, 1) % 90, cityHash64(number, 2) % 86400, cityHash64(number, 3) % 300,
       cityHash64(number, 4) % 289, cityHash64(number, 5) % 86400 FROM numbers({devices:UInt32})`,
    { day, devices },
  );
  await mergeNow(clickhouse, 'usage_digests');
  await loadAuditDictionaries(clickhouse);
  const openedBefore = now() + 86_400_000;
  const inventories = await laps.lap(() => auditInventories(clickhouse, 1, devices, openedBefore));
  const usage = await laps.lap(() => lackingUsage(clickhouse, day, ANSWERED));
  const digests = (await readTableSizes(clickhouse)).find(({ table }) => table === 'usage_digests');
  return {
    inventoriesUs: inventories.engineUs + inventories.collectorUs,
    dayUs: usage.engineUs + usage.collectorUs,
    digestBytes: (digests?.bytes ?? 0) / (digests?.rows ?? 1),
  };
}
