/**
 * The control store keeps what is small, precious and changed in place: device keys, epochs, interned numbers,
 * directives, dirty marks, the checkpoint, quarantine. This is its contract, a part for each who reads or writes it:
 * ask for the parts that you need. sqlite-control-store.ts is the embedded implementation (one connection,
 * `synchronous=FULL`, every method is one transaction).
 *
 * Ids are 16-digit hex strings at this edge except in `internExecutables`, which is on the hot path.
 */
import type { KeyObject } from 'node:crypto';
import type { AgentOrders } from './contract/agent-orders.ts';
import type { CatalogueInUse } from './contract/catalogue-in-use.ts';
import type { DeviceKeys } from './contract/device-keys.ts';
import type { DirtyTargets } from './contract/dirty-targets.ts';
import type { Epochs } from './contract/epochs.ts';
import type { EvidenceWanted } from './contract/evidence-wanted.ts';
import type { Executables } from './contract/executables.ts';
import type { KnownDevices } from './contract/known-devices.ts';
import type { Operating } from './contract/operating.ts';
import type { Persons } from './contract/persons.ts';
import type { Quarantine } from './contract/quarantine.ts';
import type { RangeCommits } from './contract/range-commits.ts';

export type { CatalogueState } from './contract/catalogue-in-use.ts';
export type { EnrolledDevice, Joining } from './contract/device-keys.ts';
export type { DirtyMark, DirtyTarget } from './contract/dirty-targets.ts';
export type { EpochRow, EpochSplit, SentEpoch } from './contract/epochs.ts';
export type { QuarantineReason } from './contract/quarantine-reasons.ts';
export type { QuarantinedRecord } from './contract/quarantined-record.ts';
export type { ProcessedRange } from './contract/range-commits.ts';

export interface ControlStore
  extends DeviceKeys,
    KnownDevices,
    AgentOrders,
    Executables,
    EvidenceWanted,
    RangeCommits,
    DirtyTargets,
    CatalogueInUse,
    Quarantine,
    Operating,
    Persons {
  /** 16 random bytes, made at first start. */
  readonly collectorId: Uint8Array;
  readonly epochs: Epochs;
  /** Secret of this installation for keying user hashes again; 32 bytes; never leaves the collector. */
  readonly userKey: KeyObject;

  close(): void;
}
