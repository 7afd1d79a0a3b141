/** What the recompute job costs: fleets of three sizes made inside the engine, each derived as the job does. */
import { databasesNamed } from '../../clickhouse/database-names.ts';
import { deriveDevices } from '../../clickhouse/derive-devices.ts';
import { deriveInventory } from '../../clickhouse/derive-inventory.ts';
import { deriveUsageDay } from '../../clickhouse/derive-usage-day.ts';
import { holdMerges, type MadeFleet, makeFleet } from '../../clickhouse/measuring-data.ts';
import { numberApplications } from '../../clickhouse/number-applications.ts';
import { readTableSizes } from '../../clickhouse/table-sizes.ts';
import type { ConstantValues } from '../constants.ts';
import { type AuditCost, measureAudit } from './measure-audit.ts';
import { measureRowMerges } from './measure-merges.ts';
import type { MeasuringSite } from './measuring-site.ts';

const EXECUTABLES = 2000;
const USAGE_ROWS = 30;
const FEW = { devices: 500, distinct: 20_000 };
const MANY = { devices: 12_000, distinct: 20_000 };
const VARIED = { devices: 500, distinct: 300_000 };
const CATALOGUE = 'measuring';
const MILLISECONDS_A_DAY = 86_400_000;

interface DeriveCost {
  numbersUs: number;
  devicesUs: number;
  inventoryUs: number;
  dayUs: number;
  audit: AuditCost;
}

export async function measureRecompute(site: MeasuringSite): Promise<Partial<ConstantValues>> {
  const day = Math.floor(site.now() / MILLISECONDS_A_DAY);
  const merges = { mergeIdUs: 0, mergeUsageRowUs: 0 };
  const disk = { usageDaily: 0, applicationDevice: 0, device: 0 };
  const derive = async (name: string, size: { devices: number; distinct: number }): Promise<DeriveCost> => {
    const clickhouse = await site.databases(databasesNamed(name));
    const fleet: MadeFleet = { ...size, executables: EXECUTABLES, usageRows: USAGE_ROWS, day };
    await holdMerges(clickhouse);
    await makeFleet(clickhouse, fleet);
    Object.assign(
      merges,
      await measureRowMerges(site.laps, clickhouse, size.devices * EXECUTABLES, size.devices * USAGE_ROWS),
    );
    const lap = async (work: () => Promise<void>) => (await site.laps.lap(work)).engineUs;
    const numbersUs = await lap(() => numberApplications(clickhouse));
    const inventoryUs = await lap(() => deriveInventory(clickhouse, site.now(), CATALOGUE));
    const devicesUs = await lap(() => deriveDevices(clickhouse, site.now()));
    const dayUs = await lap(() => deriveUsageDay(clickhouse, day, site.now(), CATALOGUE));
    const sizes = new Map((await readTableSizes(clickhouse)).map((size) => [size.table, size]));
    disk.device = (sizes.get('device_rows')?.bytes ?? 0) / fleet.devices;
    const daily = sizes.get('usage_daily');
    disk.usageDaily = (daily?.bytes ?? 0) / (daily?.rows ?? 1);
    disk.applicationDevice =
      (sizes.get('application_devices')?.bytes ?? 0) / (fleet.devices * fleet.executables);
    const audit = await measureAudit(site, clickhouse, fleet.devices, day);
    return { numbersUs, devicesUs, inventoryUs, dayUs, audit };
  };
  const few = await derive('plan_few', FEW);
  const varied = await derive('plan_varied', VARIED);
  const many = await derive('plan_many', MANY);

  const slope = (a: number, b: number, from: number, to: number): number =>
    Math.max(0, (b - a) / (to - from));
  const perMapping = (part: Exclude<keyof DeriveCost, 'audit'>) =>
    slope(few[part], varied[part], FEW.distinct, VARIED.distinct);
  const installed = ({ devices }: { devices: number }) => devices * EXECUTABLES;
  const rows = ({ devices }: { devices: number }) => devices * USAGE_ROWS;
  const perInstalled = slope(few.inventoryUs, many.inventoryUs, installed(FEW), installed(MANY));
  const perRow = slope(few.dayUs, many.dayUs, rows(FEW), rows(MANY));
  const rest = (whole: number, ...explained: number[]) =>
    Math.max(0, whole - explained.reduce((sum, part) => sum + part, 0));
  return {
    numberMappingUs: perMapping('numbersUs'),
    deriveDeviceUs: slope(few.devicesUs, many.devicesUs, FEW.devices, MANY.devices),
    deriveInventoryUs: rest(
      few.inventoryUs,
      perInstalled * installed(FEW),
      perMapping('inventoryUs') * FEW.distinct,
    ),
    deriveInstalledUs: perInstalled,
    deriveInventoryMappingUs: perMapping('inventoryUs'),
    deriveDayUs: rest(few.dayUs, perRow * rows(FEW), perMapping('dayUs') * FEW.distinct),
    deriveUsageRowUs: perRow,
    deriveDayMappingUs: perMapping('dayUs'),
    auditInstalledUs: slope(
      few.audit.inventoriesUs,
      many.audit.inventoriesUs,
      installed(FEW),
      installed(MANY),
    ),
    auditUsageRowUs: slope(few.audit.dayUs, many.audit.dayUs, rows(FEW), rows(MANY)),
    diskUsageDigestBytes: many.audit.digestBytes,
    ...merges,
    diskUsageDailyBytes: disk.usageDaily,
    diskDeviceRowBytes: disk.device,
    diskApplicationDeviceBytes: disk.applicationDevice,
  };
}
