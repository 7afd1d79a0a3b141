import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NO_CATALOGUE } from '../../catalogue/catalogue-in-force.ts';
import type { ClickHouse } from '../../clickhouse/clickhouse.ts';
import { receiverOf } from '../../control/receiver-of.ts';
import { SqliteControlStore } from '../../control/sqlite-control-store.ts';
import { AnnouncedExecutables } from '../../process/announced-executables.ts';
import { EpochHeadCache } from '../../process/epoch-head-cache.ts';
import { processRange } from '../../process/process-range.ts';
import { openReport } from '../../receive/open-message.ts';
import { SyntheticFleet } from './synthetic-fleet.ts';

const NOW = 1_790_000_000_000;
let folder: string;
let control: SqliteControlStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-synthetic-'));
  control = new SqliteControlStore({ path: join(folder, 'control.db') });
});
afterEach(() => {
  control.close();
  rmSync(folder, { recursive: true });
});

test('its reports are taken at the door and processed without complaint, and need no evidence', async () => {
  const written = new Map<string, number>();
  const clickhouse = {
    insert: async (table: string, { rows }: { rows: number }) => {
      written.set(table, (written.get(table) ?? 0) + rows);
    },
    rows: async () => [],
    async *binary() {},
  } as unknown as ClickHouse;
  const fleet = new SyntheticFleet(control, 2000, NOW);
  const device = fleet.device(200);
  const records = [
    fleet.record(device, device.firstReport()),
    fleet.record(device, device.usageReport(fleet.today, 7)),
    fleet.record(device, device.usageReport(fleet.today, 0)),
    fleet.record(device, device.changeReport()),
  ];
  const receiver = receiverOf(control);
  for (const { envelope } of records) openReport(envelope, receiver, Date.now());
  await receiver.close();
  const outcome = await processRange(records, 4, {
    ...{ clickhouse, control, heads: new EpochHeadCache(10), announced: new AnnouncedExecutables() },
    ...{ inForce: () => NO_CATALOGUE, now: () => NOW },
  });
  expect(outcome).toMatchObject({ reports: 4, quarantined: new Map() });
  // 5 executables came and 5 went; the inventory was written twice.
  expect(Object.fromEntries(written)).toMatchObject({ device_inventory: 2, inventory_changes: 10, usage: 7 });
  expect(written.get('executables')).toBeUndefined();
  expect(control.quarantineCounts()).toEqual([]);
});
