/** What a range came to, for whoever counts. */
import type { QuarantineReason } from '../control/contract/quarantine-reasons.ts';
import type { DirectiveAction } from '../control/directive-action.ts';
import type { RangeStage } from './range-times.ts';

export interface RangeOutcome {
  /** Of the stream. */
  records: number;
  rows: number;
  reports: number;
  /** Executables described, and of these the ones whose application was recognised. */
  evidence: number;
  recognised: number;
  /** Records put aside, by reason. */
  quarantined: ReadonlyMap<QuarantineReason, number>;
  /** What devices are asked for, by kind. */
  directives: ReadonlyMap<DirectiveAction, number>;
  /** Records of erased devices. */
  dropped: number;
  /** Parts of reports that speak of days which are not kept any more. */
  outlived: number;
  /** Usage records of erased persons. */
  ofErased: number;
  /** Usage records for what an administrator corrected: kept, and not read. */
  corrected: number;
  /** Of each report: seconds that the device's clock, when it composed it, was behind ours when it came. */
  clockDifferences: readonly number[];
  /** Executables that nobody had named before, by the device that did. */
  namedBy: ReadonlyMap<string, number>;
  /** Milliseconds. */
  spent: ReadonlyMap<RangeStage, number>;
}
