/** What two readings of a day say about usage that is lacking. Pure. */
import { createHash } from 'node:crypto';
import type { LackingUsage, Sums } from '../clickhouse/audit-usage.ts';

const USAGE = ['records', 'seconds', 'launches', 'marks'] as const;

/**
 * Of the first reading what the second confirms. A digest is written after what it sums, but one reading may see the
 * digest of a report and not yet its usage; what was read later has everything that the earlier digest speaks of.
 */
export function confirmedLacking(
  first: readonly LackingUsage[],
  second: readonly LackingUsage[],
): LackingUsage[] {
  const later = new Map(second.map((each) => [keyOf(each), each.held]));
  return first.flatMap((each): LackingUsage[] => {
    const held = later.get(keyOf(each));
    if (!held) return [];
    const confirmed = { ...each, held };
    return lacksUsage(confirmed) || lacksCoverage(confirmed) ? [confirmed] : [];
  });
}

export function lacksUsage({ owed, held }: Pick<LackingUsage, 'owed' | 'held'>): boolean {
  return USAGE.some((name) => held[name] < owed[name]);
}

export function lacksCoverage({ owed, held }: Pick<LackingUsage, 'owed' | 'held'>): boolean {
  return held.coverage_seconds < owed.coverage_seconds;
}

/** The same text is the same difference: nothing came since, and the device says nothing else. */
export function differenceOf(lacking: readonly LackingUsage[]): string {
  const text = ({ records, seconds, launches, marks, coverage_seconds }: Sums): string =>
    [records, seconds, launches, marks, coverage_seconds].join(',');
  const texts = lacking.map(({ run, owed, held }) => `${run}:${text(owed)}<${text(held)}`);
  return createHash('sha256').update(texts.join(' ')).digest('hex').slice(0, 32);
}

const keyOf = ({ deviceId, run }: LackingUsage): string => `${deviceId} ${run}`;
