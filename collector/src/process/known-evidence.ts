/**
 * What is known of the executables that a range brings evidence of. Nearly all evidence is of executables nobody has
 * described; what comes a second time is compared with the first, since two programs may share the 64 bits of an id.
 */
import { type EvidenceRecordFields, type ExecutableId, executableIdAt } from '@fleetmeter/proto';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { readEvidenceHashes } from '../clickhouse/evidence-hashes.ts';
import type { EvidenceWanted } from '../control/contract/evidence-wanted.ts';
import type { Executables } from '../control/contract/executables.ts';

/** First 16 bytes of the evidence hash as hex digits. */
export type KnownEvidence = Map<ExecutableId, string>;

const ID_BYTES = 8;

export async function readKnownEvidence(
  records: readonly EvidenceRecordFields[],
  {
    clickhouse,
    control,
  }: {
    clickhouse: ClickHouse;
    control: Pick<EvidenceWanted & Executables, 'withoutEvidence' | 'internExecutables'>;
  },
): Promise<KnownEvidence> {
  const claimed = new Map<ExecutableId, Uint8Array>();
  for (const { executableId } of records)
    if (executableId?.length === ID_BYTES) claimed.set(executableIdAt(executableId, 0), executableId);
  const known: KnownEvidence = new Map();
  if (claimed.size === 0) return known;
  const undescribed = new Set(control.withoutEvidence(Buffer.concat([...claimed.values()])));
  const described = [...claimed.keys()].filter((id) => !undescribed.has(id));
  if (described.length === 0) return known;
  // They have their numbers already.
  const { numbers } = control.internExecutables(
    Buffer.concat(described.map((id) => claimed.get(id) as Uint8Array)),
  );
  const hashes = await readEvidenceHashes(clickhouse, [...numbers]);
  for (const [position, id] of described.entries()) {
    const hash = hashes.get(numbers[position] as number);
    if (hash !== undefined) known.set(id, hash);
  }
  return known;
}
