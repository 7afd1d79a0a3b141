/** Rows about whether an application is used on a device, and on what that rests. Types only, like answer-rows.ts, and values as there. */
import type { ListOf } from './answer-rows.ts';
import type { UnknownReason, UseState } from './use-states.ts';

export interface UseStateCount {
  state: UseState;
  /** Empty unless the state is "unknown". */
  reason: UnknownReason | '';
  devices: number;
}

/** An application on a device: whether it is used there, and on what that rests. */
export interface DeviceUseRow {
  device_id: string;
  hostname: string;
  state: UseState;
  /** Empty unless the state is "unknown". */
  reason: UnknownReason | '';
  /** 0: used there, but not installed now. */
  installed: number;
  /** Day from which on it is known to be there; null: that is not known. */
  installed_since: string | null;
  /** Newest day that counts as use; null: none within what is kept. */
  last_used: string | null;
  /** Days of the last 90 that count as use. */
  days_used: number;
  /** What such a day is counted by: "foreground" or "user launch". */
  basis: string;
  /** Share observed, 0 to 1, of the time the device was on in the days it is judged by; null: it was never on. */
  observed_share: number | null;
  /** Of so many newest days it is judged: 90, 60 or 30; 0: it is too new. */
  judged_days: number;
  /** Of these, days with a person at the device; -1: that is not known. */
  interactive_days: number;
}

export interface UseByDevice extends ListOf<DeviceUseRow> {
  /** Of all devices, whatever `rows` are narrowed to. */
  states: UseStateCount[];
}

export interface EvidenceOfDay {
  day: string;
  observed_seconds: number;
  powered_seconds: number;
  /** With a person at the device, counted up to 900; -1: that is not known. */
  interactive_seconds: number;
  seconds: number;
  launches: number;
  launches_by_user: number;
  /** -1: the platform cannot tell. */
  foreground_seconds: number;
  /** "foreground", "user launch" or "still running"; empty: the day does not count; "start not seen": that is not known. */
  counts_by: string;
}

export interface EvidenceOfUse {
  application_id: string;
  application: string;
  use: DeviceUseRow;
  /** Newest first; a day without a row: the device was off, or had no agent. */
  days: EvidenceOfDay[];
}
