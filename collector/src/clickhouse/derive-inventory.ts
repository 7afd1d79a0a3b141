/** Derives "what is installed now" from the inventories of current epochs, whole, and swaps it in. */
import type { ClickHouse } from './clickhouse.ts';
import { swapPartition } from './swap-partition.ts';

/** `now` is in milliseconds since 1970. */
export async function deriveInventory(clickhouse: ClickHouse, now: number): Promise<void> {
  for (const [table, select] of Object.entries(DERIVATIONS)) {
    await swapPartition(clickhouse, {
      table: `{facts}.${table}`,
      staging: `{facts}.${table}_staging`,
      partition: 'tuple()',
      select,
      parameters: { now },
    });
  }
}

const INSTALLED = `
  SELECT epoch_no, arrayJoin(ids) AS executable_no FROM {facts}.device_inventory FINAL
  WHERE epoch_no IN (SELECT epoch_no FROM {facts}.current_epochs)`;

const DERIVATIONS = {
  executable_devices: `
    SELECT executable_no, count() AS devices, fromUnixTimestamp64Milli({now:Int64}) AS computed_at
    FROM (${INSTALLED}) GROUP BY executable_no`,
  application_devices: `
    SELECT lower(leftPad(hex(mapped.application_id64), 16, '0')) AS application_id, mapped.application_version AS version,
      any(mapped.application) AS name, any(mapped.publisher) AS publisher, max(mapped.recognised) AS recognised,
      uniqExact(installed.executable_no) AS executables, uniqExact(installed.epoch_no) AS devices,
      groupBitmapState(installed.epoch_no) AS device_bitmap, fromUnixTimestamp64Milli({now:Int64}) AS computed_at
    FROM (${INSTALLED}) AS installed
    INNER JOIN (SELECT * FROM {facts}.mappings FINAL) AS mapped ON mapped.executable_no = installed.executable_no
    GROUP BY mapped.application_id64, mapped.application_version`,
};
