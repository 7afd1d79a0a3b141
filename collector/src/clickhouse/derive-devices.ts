/** Derives one row a device from epochs, heads, host facts, inventories and the registry, whole, and swaps it in. */

import type { ClickHouse } from './clickhouse.ts';
import { ARCHIVED_AFTER_DAYS, EPHEMERAL_ARCHIVED_AFTER_DAYS, STALE_AFTER_DAYS } from './device-states.ts';
import { swapPartition } from './swap-partition.ts';

const MILLISECONDS_A_DAY = 86_400_000;
const NOW = 'fromUnixTimestamp64Milli({now:Int64})';
const EPHEMERAL = '(registry.ephemeral = 1 OR host.ephemeral = 1)';
const SILENT_MS = `({now:Int64} - toUnixTimestamp64Milli(head.received_at))`;

/** The first that is true. A device that was taken for another's former self and reports again is itself again. */
const STATE = `multiIf(
    registry.revoked = 1, 'revoked',
    registry.superseded_by64 != 0 AND head.received_at <= registry.superseded_at, 'superseded',
    ${SILENT_MS} >= if(${EPHEMERAL}, {ephemeral:Int64}, {archived:Int64}), 'archived',
    ${EPHEMERAL}, 'ephemeral',
    ${SILENT_MS} >= {stale:Int64}, 'stale',
    'active')`;

const DEVICE_ROWS = `
  SELECT lower(leftPad(hex(current.device_id64), 16, '0')) AS device_id, current.epoch_no AS epoch_no, ${STATE} AS state,
    toString(registry.device_group) AS device_group,
    if(registry.superseded_by64 = 0, '', lower(leftPad(hex(registry.superseded_by64), 16, '0'))) AS superseded_by,
    host.hostname AS hostname,
    host.os AS os, host.os_name AS os_name, host.os_version AS os_version, host.architecture AS architecture,
    host.cpu_count AS cpu_count, host.memory_mib AS memory_mib, host.agent_version AS agent_version,
    inventory.digest_count AS executables, head.sequence AS reports, head.report_bytes AS report_bytes,
    head.agent_cpu_ms AS agent_cpu_ms, head.agent_uptime_s AS agent_uptime_s, head.agent_resident_kib AS agent_resident_kib,
    head.agent_files_hashed AS agent_files_hashed, head.agent_hashed_kib AS agent_hashed_kib,
    head.agent_sent_kib AS agent_sent_kib, head.agent_watches AS agent_watches, head.skipped_files AS skipped_files,
    head.clock_ahead_seconds AS clock_ahead_seconds, current.enrolled_at AS first_seen,
    head.received_at AS last_seen, ${NOW} AS computed_at
  FROM {facts}.newest_epochs AS current
  INNER JOIN (SELECT * FROM {facts}.device_heads FINAL) AS head ON head.epoch_no = current.epoch_no
  LEFT JOIN (SELECT epoch_no, digest_count FROM {facts}.device_inventory FINAL) AS inventory ON inventory.epoch_no = current.epoch_no
  LEFT JOIN (SELECT * FROM {facts}.host_facts FINAL) AS host ON host.device_id64 = current.device_id64
  LEFT JOIN (SELECT * FROM {facts}.device_registry FINAL) AS registry ON registry.device_id64 = current.device_id64
  WHERE registry.erased = 0`;

/** `now` is in milliseconds since 1970. Some 4 CPU seconds for a million devices. */
export async function deriveDevices(clickhouse: ClickHouse, now: number): Promise<void> {
  await swapPartition(clickhouse, {
    table: '{facts}.device_rows',
    staging: '{facts}.device_rows_staging',
    partition: 'tuple()',
    select: DEVICE_ROWS,
    parameters: {
      now,
      stale: STALE_AFTER_DAYS * MILLISECONDS_A_DAY,
      archived: ARCHIVED_AFTER_DAYS * MILLISECONDS_A_DAY,
      ephemeral: EPHEMERAL_ARCHIVED_AFTER_DAYS * MILLISECONDS_A_DAY,
    },
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

/** As last derived; states that no device is in are absent. `wrongClocks`: those whose clock is minutes and more off. */
export async function countDevicesByState(
  clickhouse: ClickHouse,
): Promise<{ state: string; devices: number; wrongClocks: number }[]> {
  return await clickhouse.rows(
    `SELECT toString(state) AS state, toUInt32(count()) AS devices, toUInt32(countIf(clock_ahead_seconds != 0)) AS wrongClocks
     FROM {facts}.device_rows GROUP BY state`,
  );
}

/** Another text whenever other devices count than before, or one of them by another epoch. */
export async function readCountedMark(clickhouse: ClickHouse): Promise<string> {
  const [row] = await clickhouse.rows<{ mark: string }>(
    `SELECT concat(toString(count()), ' ', toString(groupBitXor(cityHash64(device_id, epoch_no)))) AS mark
     FROM {facts}.device_rows WHERE state NOT IN ('archived', 'superseded', 'revoked')`,
  );
  return row?.mark ?? '';
}
