/** Reads what is known of epochs, for the processor. */
import { digestFromParts, EMPTY_DIGEST } from '@fleetmeter/proto';
import type { EpochHead } from '../reconcile/reconcile-report.ts';
import type { ClickHouse } from './clickhouse.ts';
import { readRows } from './row-binary.ts';

export const NEW_EPOCH: EpochHead = {
  sequence: 0,
  reportHash: new Uint8Array(0),
  receivedAt: 0,
  digest: EMPTY_DIGEST,
  inventoryVersion: 0,
};

/** Heads of the epochs that have any; the numbers are integers of ours, so they go into the text. */
export async function readEpochHeads(
  clickhouse: ClickHouse,
  epochNos: readonly number[],
): Promise<Map<number, EpochHead>> {
  if (epochNos.length === 0) return new Map();
  const wanted = epochNos.join(',');
  const rows = await clickhouse.rows<HeadRow>(`
    SELECT epoch_no, max(sequence) AS sequence, max(hash) AS hash, max(received_ms) AS received_ms,
      max(version) AS version, max(digest_count) AS digest_count, max(sum) AS sum
    FROM
    (
      SELECT epoch_no, sequence, hex(report_hash) AS hash, toFloat64(toUnixTimestamp64Milli(received_at)) AS received_ms,
        0 AS version, 0 AS digest_count, '' AS sum
      FROM {facts}.device_heads FINAL WHERE epoch_no IN (${wanted})
      UNION ALL
      SELECT epoch_no, 0, '', 0, version, digest_count, hex(digest_sum)
      FROM {facts}.device_inventory FINAL WHERE epoch_no IN (${wanted})
    )
    GROUP BY epoch_no`);
  return new Map(rows.map((row) => [row.epoch_no, headOf(row)]));
}

interface HeadRow {
  epoch_no: number;
  sequence: number;
  hash: string;
  received_ms: number;
  version: number;
  digest_count: number;
  sum: string;
}

function headOf(row: HeadRow): EpochHead {
  return {
    sequence: row.sequence,
    reportHash: Buffer.from(row.hash, 'hex'),
    receivedAt: row.received_ms,
    digest: row.sum === '' ? EMPTY_DIGEST : digestFromParts(row.digest_count, Buffer.from(row.sum, 'hex')),
    inventoryVersion: row.version,
  };
}

/** Inventories as ascending numbers; epochs without one are absent from the map. */
export async function readInventories(
  clickhouse: ClickHouse,
  epochNos: readonly number[],
): Promise<Map<number, Uint32Array>> {
  const inventories = new Map<number, Uint32Array>();
  if (epochNos.length === 0) return inventories;
  const answer = clickhouse.binary(
    `SELECT epoch_no, ids FROM {facts}.device_inventory FINAL WHERE epoch_no IN (${epochNos.join(',')})`,
  );
  const rows = readRows(answer, (row): [number, Uint32Array] => [row.uint32(), row.uint32Array()]);
  for await (const [epochNo, ids] of rows) inventories.set(epochNo, ids);
  return inventories;
}
