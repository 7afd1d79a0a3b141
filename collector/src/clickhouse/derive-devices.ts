/** Derives one row a device from epochs, heads, host facts and inventories, whole, and swaps it in. */
import type { ClickHouse } from './clickhouse.ts';
import { swapPartition } from './swap-partition.ts';

const DEVICE_ROWS = `
  SELECT lower(leftPad(hex(current.device_id64), 16, '0')) AS device_id, current.epoch_no AS epoch_no, host.hostname AS hostname,
    host.os AS os, host.os_name AS os_name, host.os_version AS os_version, host.architecture AS architecture,
    host.cpu_count AS cpu_count, host.memory_mib AS memory_mib, host.agent_version AS agent_version,
    inventory.digest_count AS executables, head.sequence AS reports, head.report_bytes AS report_bytes,
    head.agent_cpu_ms AS agent_cpu_ms, head.agent_uptime_s AS agent_uptime_s, head.agent_resident_kib AS agent_resident_kib,
    head.agent_files_hashed AS agent_files_hashed, head.skipped_files AS skipped_files, current.enrolled_at AS first_seen,
    head.received_at AS last_seen, fromUnixTimestamp64Milli({now:Int64}) AS computed_at
  FROM {facts}.current_epochs AS current
  INNER JOIN (SELECT * FROM {facts}.device_heads FINAL) AS head ON head.epoch_no = current.epoch_no
  LEFT JOIN (SELECT epoch_no, digest_count FROM {facts}.device_inventory FINAL) AS inventory ON inventory.epoch_no = current.epoch_no
  LEFT JOIN (SELECT * FROM {facts}.host_facts FINAL) AS host ON host.device_id64 = current.device_id64`;

/** `now` is in milliseconds since 1970. 3.7 CPU seconds for a million devices. */
export async function deriveDevices(clickhouse: ClickHouse, now: number): Promise<void> {
  await swapPartition(clickhouse, {
    table: '{facts}.device_rows',
    staging: '{facts}.device_rows_staging',
    partition: 'tuple()',
    select: DEVICE_ROWS,
    parameters: { now },
  });
}

/** Another text whenever a report was processed; merges may change it too, which costs one derivation. */
export async function readHeadsMark(clickhouse: ClickHouse): Promise<string> {
  const [row] = await clickhouse.rows<{ mark: string }>(
    `SELECT concat(toString(count()), ' ', toString(sum(sequence)), ' ', toString(max(received_at))) AS mark
     FROM {facts}.device_heads`,
  );
  return row?.mark ?? '';
}
