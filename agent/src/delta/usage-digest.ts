/** The digest of one (day, run): what a collector has to have at least. Pure. */
import { countSlots } from '../usage/slots.ts';
import { type CoverageRow, ORIGINS, type UsageRow } from '../usage/usage-values.ts';

/** Sums over the rows of one day and run; every one of them only grows. */
export interface UsageDigest {
  /** Days since 1970 UTC. */
  day: number;
  run: string;
  /** How many usage rows. */
  records: number;
  seconds: number;
  /** Of every origin. */
  launches: number;
  /** Five-minute marks. */
  marks: number;
  coverageSeconds: number;
}

/** The wire's largest number: a digest that is too small asks for nothing, one that wrapped would. */
const MOST = 0xffff_ffff;

export function usageDigest(
  day: number,
  run: string,
  rows: Iterable<Pick<UsageRow, 'seconds' | 'launches' | 'slots'>>,
  coverage: Pick<CoverageRow, 'seconds'> | undefined,
): UsageDigest {
  const digest = { records: 0, seconds: 0, launches: 0, marks: 0 };
  for (const { seconds, launches, slots } of rows) {
    digest.records += 1;
    digest.seconds += seconds;
    for (const origin of ORIGINS) digest.launches += launches[origin];
    digest.marks += countSlots(slots);
  }
  return {
    day,
    run,
    records: digest.records,
    seconds: Math.min(digest.seconds, MOST),
    launches: Math.min(digest.launches, MOST),
    marks: Math.min(digest.marks, MOST),
    coverageSeconds: coverage?.seconds ?? 0,
  };
}
