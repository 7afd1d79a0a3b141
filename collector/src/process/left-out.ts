/** Parts of a message that are put aside alone, since with them the message would never get into the tables. */
import type { QuarantineReason } from '../control/contract/quarantine-reasons.ts';

export type PartKind = 'usage' | 'coverage' | 'usage-digest' | 'evidence';

export interface LeftOut {
  /** `usage 3`: the fourth of its usage records. None: the message as a whole. */
  parts: ReadonlySet<string>;
  reason: QuarantineReason;
  detail: string;
}

/** What is wrong with the part, when it is one of those. */
export function faultOfLeftOut(
  leftOut: LeftOut | undefined,
  kind: PartKind,
  index: number,
): Pick<LeftOut, 'reason' | 'detail'> | undefined {
  if (!leftOut?.parts.has(partName(kind, index))) return undefined;
  return { reason: leftOut.reason, detail: leftOut.detail };
}

export const partName = (kind: PartKind, index: number): string => `${kind} ${index}`;
export const isWhole = ({ parts }: LeftOut): boolean => parts.size === 0;
