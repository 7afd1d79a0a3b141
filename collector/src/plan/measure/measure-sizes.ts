/** What the rows that processing wrote take on the disk once they are merged, and the processes in memory. */

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FactTable } from '../../clickhouse/fact-tables.ts';
import { mergeNow } from '../../clickhouse/measuring-data.ts';
import { readTableSizes } from '../../clickhouse/table-sizes.ts';
import { SqliteControlStore } from '../../control/sqlite-control-store.ts';
import type { ConstantValues } from '../constants.ts';
import type { MeasuringSite } from './measuring-site.ts';
import { measuringSecret } from './synthetic-fleet.ts';

const MIB = 1024 * 1024;
const ENROLLED = 200;
const TABLES: readonly FactTable[] = [
  'epochs',
  'device_inventory',
  'inventory_changes',
  'device_heads',
  'host_facts',
  'executables',
  'mappings',
  'usage',
  'coverage',
];

/** `idsPerInventory` is the mean over the rows of device_inventory. */
export async function measureSizes(
  site: MeasuringSite,
  idsPerInventory: number,
): Promise<Partial<ConstantValues>> {
  for (const table of TABLES) await mergeNow(site.clickhouse, table);
  const sizes = new Map((await readTableSizes(site.clickhouse)).map((size) => [size.table, size]));
  const perRow = (table: FactTable): number => {
    const size = sizes.get(table);
    if (!size || size.rows === 0) throw new Error(`measuring wrote no rows to ${table}`);
    return size.bytes / size.rows;
  };
  return {
    diskEpochBytes: perRow('epochs'),
    diskInventoryIdBytes: perRow('device_inventory') / idsPerInventory,
    diskChangeBytes: perRow('inventory_changes'),
    diskHeadBytes: perRow('device_heads'),
    diskHostBytes: perRow('host_facts'),
    diskExecutableBytes: perRow('executables'),
    diskMappingBytes: perRow('mappings'),
    diskUsageBytes: perRow('usage'),
    diskCoverageBytes: perRow('coverage'),
    diskControlDeviceBytes: controlBytesPerDevice(site),
    collectorMib: process.memoryUsage().rss / MIB,
    engineMib: peakMib(site.enginePid),
  };
}

/** In a store of its own, since a size on the disk is only whole once the file is closed. */
function controlBytesPerDevice({ folder, now }: MeasuringSite): number {
  const sizeWith = (devices: number): number => {
    const path = join(folder, `control-of-${devices}.db`);
    const control = new SqliteControlStore({ path });
    const secret = measuringSecret(control, now());
    for (let device = 0; device < devices; device++) {
      const raw = generateKeyPairSync('ed25519')
        .publicKey.export({ format: 'der', type: 'spki' })
        .subarray(-32);
      control.epochs.open(control.enrol(raw, secret, now()), randomBytes(16), undefined, now());
    }
    control.close();
    return statSync(path).size;
  };
  return (sizeWith(ENROLLED) - sizeWith(0)) / ENROLLED;
}

/** VmHWM of proc(5): the most that was ever resident. */
function peakMib(pid: number): number {
  const kib = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}
