/**
 * After a crash between the tables and the checkpoint a range is processed again, and the tables know a head that lies
 * within it. The reports that led there are in already, but what follows from them (marks, records put aside, evidence
 * to ask for) is not. They are told from late copies and from another sender by the chain: each report names the hash
 * of the one before it. Pure.
 */
import { CHAINED_BYTES, type EpochHead } from './reconcile-report.ts';

export interface ChainedReport {
  sequence: number;
  reportHash: Uint8Array;
  previousHash: Uint8Array | undefined;
}

/** Of these reports of one epoch, those that led to its head; without the head itself. */
export function reportsBehindHead<T extends ChainedReport>(
  head: Pick<EpochHead, 'sequence' | 'reportHash'>,
  reports: readonly T[],
): Set<T> {
  const behind = new Set<T>();
  let later = reports.find(
    ({ sequence, reportHash }) =>
      sequence === head.sequence && Buffer.compare(reportHash, head.reportHash) === 0,
  );
  while (later) {
    const { sequence, previousHash } = later;
    later = reports.find((report) => report.sequence === sequence - 1 && isNamedBy(report, previousHash));
    if (later) behind.add(later);
  }
  return behind;
}

function isNamedBy({ reportHash }: ChainedReport, previousHash: Uint8Array | undefined): boolean {
  if (!previousHash || previousHash.length === 0) return false;
  return Buffer.compare(previousHash, reportHash.subarray(0, CHAINED_BYTES)) === 0;
}
