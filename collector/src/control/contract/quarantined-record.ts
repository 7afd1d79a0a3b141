/** A record that is put aside, with what is needed to show it, to try it again, and to tell it when it comes again. */
import type { QuarantineKind, QuarantineReason } from './quarantine-reasons.ts';

export interface QuarantinedRecord {
  reason: QuarantineReason;
  detail: string;
  kind: QuarantineKind;
  /** Who sent it. */
  deviceId: string;
  /** 0 for evidence, and where it could not be read. */
  epochNo: number;
  /** Stream offset it came from. */
  offset: number;
  /** Sequence of its report, 0 for evidence. */
  sequence: number;
  /** The record's own bytes. */
  bytes: Uint8Array;
  /** Of the agent that sent it; absent: as its device said last. */
  agentVersion?: string | undefined;
  /** The same without what only its report gives a meaning to: equal when the record comes again. Absent: `bytes`. */
  plainBytes?: Uint8Array | undefined;
  /** The run it names, 8 bytes little-endian; absent when its report has none of that index. */
  run?: Uint8Array | undefined;
  /** Pseudonym of the user it names, keyed again here, 16 bytes. */
  user?: Uint8Array | undefined;
  /** Of a usage record: what is wrong as long as it is missing. */
  concern?: { day: number; executableNo: number } | undefined;
  /** Milliseconds since 1970. */
  at: number;
}
