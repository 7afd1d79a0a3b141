/** Reads what is known of executables' evidence, to tell whether another device's is the same. */
import type { ClickHouse } from './clickhouse.ts';
import { readRows } from './row-binary.ts';

/** First 16 bytes of the evidence hash as hex digits, by number; executables without evidence are absent. */
export async function readEvidenceHashes(
  clickhouse: ClickHouse,
  executableNos: readonly number[],
): Promise<Map<number, string>> {
  const hashes = new Map<number, string>();
  if (executableNos.length === 0) return hashes;
  const answer = clickhouse.binary(
    `SELECT executable_no, lower(hex(evidence_hash)) FROM {facts}.executables FINAL
     WHERE executable_no IN (${executableNos.join(',')}) AND version = 1`,
  );
  const rows = readRows(answer, (row): [number, string] => [row.uint32(), row.string()]);
  for await (const [executableNo, hash] of rows) hashes.set(executableNo, hash);
  return hashes;
}
