/** Records that were put aside: looking at them, deciding, and carrying out what was decided. A part of ControlStore. */

import type { QuarantineDesk } from '../quarantine-desk.ts';
import type { QuarantineDrop } from '../quarantine-shelf.ts';
import type { DecidedRecord, Settled } from '../quarantine-work.ts';
import type { ShelvedRecord } from '../shelved-record.ts';
import type { UsageConcerns } from '../usage-concerns.ts';
import type { QuarantineReason } from './quarantine-reasons.ts';
import type { ProcessedRange } from './range-commits.ts';

export interface Quarantine {
  /** Looking at quarantine, and deciding about it. */
  readonly quarantine: QuarantineDesk;
  /** Records that something was decided about, to be carried out now. */
  decidedQuarantine(limit: number): DecidedRecord[];
  /** What these records changed, and what became of them, in one transaction. */
  commitReplay(range: ProcessedRange, settled: readonly Settled[]): void;
  /** Drops some of what was received before `before`, milliseconds since 1970; false when nothing of it is left. */
  ageOutQuarantine(before: number, now: number): boolean;
  /** Version of the collector that last looked whether records pass by now; '' before the first. */
  quarantineTriedBy(): string;
  /** Decides that these are tried again, and notes the version. */
  tryQuarantineAgain(numbers: readonly number[], version: string, now: number): Promise<void>;
  quarantineCounts(): { reason: QuarantineReason; count: number }[];
  /** Open records that were dropped, ever, by why. */
  quarantineDropped(): Record<QuarantineDrop, number>;
  /** Records that were put aside already when they came again, ever. */
  quarantineRepeated(): number;
  /** Newest first. */
  quarantinedFrom(deviceId: string, limit: number): ShelvedRecord[];
  /** Which use of a day is in doubt. */
  readonly usageConcerns: Pick<UsageConcerns, 'ofDay' | 'foresee'>;
}
