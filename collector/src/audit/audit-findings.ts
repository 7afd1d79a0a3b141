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
  /** Devices that were asked for something, once for each difference. */
  asked: number;
  /** Devices that could not be asked yet, see AuditLedger. */
  postponed: number;
}

export function noFindings(): AuditFindings {
  const lost = Object.fromEntries(LOST_KINDS.map((kind) => [kind, 0])) as Record<LostKind, number>;
  return { devices: 0, unverifiable: 0, digests: 0, lost, asked: 0, postponed: 0 };
}
