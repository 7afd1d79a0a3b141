/**
 * Looks at what each device's present epoch has to have: a head, host facts, and an inventory whose digest is that
 * of the executables it lists.
 */
import type { ClickHouse } from './clickhouse.ts';
import { readRows } from './row-binary.ts';
import { DERIVING } from './swap-partition.ts';

/** Bits of `AuditedEpoch.findings`. */
export const FINDING = {
  headMissing: 1,
  inventoryMissing: 2,
  /** Count or sum of what is listed is not what its digest says. */
  inventoryDiffers: 4,
  hostMissing: 8,
  /** Executables in it that nobody has described yet: its sum cannot be told. No fault. */
  unverifiable: 16,
} as const;

export interface AuditedEpoch {
  epochNo: number;
  /** 16 hex digits. */
  deviceId: string;
  findings: number;
  /** Of the newest processed report; 0 without one. */
  sequence: number;
  /** Sequence of the report that made the inventory; 0 without one. */
  inventoryVersion: number;
  /** Hash of its digest and of what was found instead: the same again is the same difference. */
  difference: bigint;
}

/** Names of epochs and evidence as they are now; call it before a sweep. */
export async function loadAuditDictionaries(clickhouse: ClickHouse): Promise<void> {
  for (const dictionary of ['evidence_of', 'device_of'])
    await clickhouse.command(`SYSTEM RELOAD DICTIONARY {facts}.${dictionary}`);
}

/**
 * Every device whose present epoch has a number from `first` to `last` and was opened before `openedBefore`
 * (milliseconds since 1970): the first report of a newer one may be half written. A large baseline that comes in
 * parts has no inventory until the last one.
 */
export async function auditInventories(
  clickhouse: ClickHouse,
  first: number,
  last: number,
  openedBefore: number,
): Promise<AuditedEpoch[]> {
  const within = `epoch_no BETWEEN ${first} AND ${last}`;
  const answer = clickhouse.binary(
    `
    SELECT current.epoch_no, current.device_id64,
      toUInt8(if(head.sequence = 0, ${FINDING.headMissing}, 0)
        + if(inventory.version = 0 AND (head.sequence = 0 OR head.sequence > waiting.newest_part), ${FINDING.inventoryMissing}, 0)
        + if(inventory.version > 0 AND (inventory.listed != inventory.digest_count
          OR (inventory.unknown = 0 AND inventory.found != inventory.sum)), ${FINDING.inventoryDiffers}, 0)
        + if(current.device_id64 NOT IN (SELECT device_id64 FROM {facts}.host_facts), ${FINDING.hostMissing}, 0)
        + if(inventory.unknown > 0, ${FINDING.unverifiable}, 0)),
      head.sequence, inventory.version, cityHash64(inventory.digest_count, inventory.sum, inventory.listed, inventory.found)
    FROM
    (
      SELECT device_id64, newest AS epoch_no
      FROM
      (
        SELECT device_id64, max(epoch_no) AS newest, argMax(opened_at, epoch_no) AS opened
        FROM {facts}.epochs FINAL WHERE device_id64 IN (SELECT device_id64 FROM {facts}.current_epochs) GROUP BY device_id64
      )
      WHERE newest BETWEEN ${first} AND ${last} AND opened < fromUnixTimestamp64Milli({opened:Int64})
    ) AS current
    LEFT JOIN (SELECT epoch_no, sequence FROM {facts}.device_heads FINAL WHERE ${within}) AS head
      ON head.epoch_no = current.epoch_no
    LEFT JOIN
    (
      SELECT epoch_no, version, digest_count, reinterpretAsUInt128(digest_sum) AS sum, length(ids) AS listed,
        arrayMap(no -> dictGet('{facts}.evidence_of', 'evidence_hash', toUInt64(no)), ids) AS parts,
        arraySum(parts) AS found, countEqual(parts, toUInt128(0)) AS unknown
      FROM {facts}.device_inventory FINAL WHERE ${within}
    ) AS inventory ON inventory.epoch_no = current.epoch_no
    LEFT JOIN
    (
      SELECT epoch_no, max(version) AS newest_part FROM {facts}.inventory_parts WHERE ${within} GROUP BY epoch_no
    ) AS waiting ON waiting.epoch_no = current.epoch_no
    ${DERIVING}`,
    { opened: openedBefore },
  );
  const rows = readRows(
    answer,
    (row): AuditedEpoch => ({
      epochNo: row.uint32(),
      deviceId: row.uint64().toString(16).padStart(16, '0'),
      findings: row.uint8(),
      sequence: row.uint32(),
      inventoryVersion: row.uint32(),
      difference: row.uint64(),
    }),
  );
  return await Array.fromAsync(rows);
}
