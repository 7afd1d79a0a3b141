/** Reads the parts of baselines that came before their last part, for the processor. */
import { digestFromParts } from '@fleetmeter/proto';
import type { BaselineParts } from '../reconcile/baseline-parts.ts';
import type { ClickHouse } from './clickhouse.ts';
import { readRows } from './row-binary.ts';

/** Collected parts by epoch; epochs without any are absent from the map. */
export async function readBaselineParts(
  clickhouse: ClickHouse,
  epochNos: readonly number[],
): Promise<Map<number, BaselineParts>> {
  const found = new Map<number, BaselineParts>();
  if (epochNos.length === 0) return found;
  const answer = clickhouse.binary(
    `SELECT epoch_no, part, first_sequence, digest_count, hex(digest_sum), ids
     FROM {facts}.inventory_parts FINAL WHERE epoch_no IN (${epochNos.join(',')})`,
  );
  const rows = readRows(answer, (row) => ({
    epochNo: row.uint32(),
    part: row.uint32(),
    firstSequence: row.uint32(),
    digest: digestFromParts(row.uint32(), Buffer.from(row.string(), 'hex')),
    numbers: row.uint32Array(),
  }));
  for await (const { epochNo, ...part } of rows) {
    const parts = found.get(epochNo) ?? new Map();
    found.set(epochNo, parts.set(part.part, part));
  }
  return found;
}
