/** What a sweep found and did, counted. */

/** Closed list: label values of a metric. */
export const LOST_KINDS = [
  'epoch',
  'head',
  'host',
  'inventory',
  'evidence',
  'mapping',
  'usage',
  'coverage',
] as const;
export type LostKind = (typeof LOST_KINDS)[number];

export interface AuditFindings {
  /** Devices whose present epoch was looked at. */
  devices: number;
  /** Of these, with executables that nobody has described yet: their sum could not be compared. */
  unverifiable: number;
  /** Digests of (device, day, run) that usage was compared with. */
  digests: number;
  lost: Record<LostKind, number>;
  totals: TotalsFindings;
  /** Devices that were asked for something, once for each difference. */
  asked: number;
  /** Devices that could not be asked yet, see AuditLedger. */
  postponed: number;
}

/** Days and the inventory against the facts they are derived from. */
export interface TotalsFindings {
  compared: number;
  /** Not judged: they wait to be derived, or what they are derived from is on its way. */
  waiting: number;
  /** Of the compared ones, those that facts contradict. They are derived again. */
  differing: number;
  /** Rows that differ. */
  rows: number;
  /** For people. */
  examples: string[];
}

export function noFindings(): AuditFindings {
  const lost = Object.fromEntries(LOST_KINDS.map((kind) => [kind, 0])) as Record<LostKind, number>;
  const totals = { compared: 0, waiting: 0, differing: 0, rows: 0, examples: [] };
  return { devices: 0, unverifiable: 0, digests: 0, lost, totals, asked: 0, postponed: 0 };
}

/** Whether anything is not as it was told, or derived. */
export function isBadNews({ lost, totals, postponed }: AuditFindings): boolean {
  return totals.differing > 0 || postponed > 0 || Object.values(lost).some((count) => count > 0);
}
