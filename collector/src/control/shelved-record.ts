/** A record as quarantine keeps it. */

import type { QuarantineKind, QuarantineReason } from './contract/quarantine-reasons.ts';
import type { QuarantinedRecord } from './contract/quarantined-record.ts';

/** `open` until it was replayed, repaired or not, or discarded. */
export type QuarantineState = 'open' | 'replayed' | 'discarded';

export interface ShelvedRecord extends QuarantinedRecord {
  /** Never reused. */
  number: number;
  agentVersion: string;
  /** Of `bytes`, also where those were left out. */
  size: number;
  state: QuarantineState;
  /** That settled it or, while it is open, that is being carried out; 0 for none. */
  decision: number;
}

export function shelvedRecord(row: Record<string, unknown>): ShelvedRecord {
  return {
    number: row.number as number,
    reason: row.reason as QuarantineReason,
    detail: row.detail as string,
    kind: row.kind as QuarantineKind,
    deviceId: row.device_id as string,
    epochNo: row.epoch_no as number,
    offset: row.offset as number,
    sequence: row.sequence as number,
    agentVersion: row.agent_version as string,
    bytes: row.bytes as Uint8Array,
    size: row.size as number,
    run: (row.run as Uint8Array | null) ?? undefined,
    user: (row.user as Uint8Array | null) ?? undefined,
    concern:
      row.executable_no === null
        ? undefined
        : { day: row.day as number, executableNo: row.executable_no as number },
    at: row.at as number,
    state: row.state as QuarantineState,
    decision: row.decision as number,
  };
}
