/** How far the stream is processed, and what one range of it changes, all at once. A part of ControlStore. */

import type { DirectiveFields, ExecutableId } from '@fleetmeter/proto';
import type { DeviceNames } from '../device-groups.ts';
import type { Speech } from '../superseded-speech.ts';
import type { ResolvedRequest } from './agent-orders.ts';
import type { DirtyTarget } from './dirty-targets.ts';
import type { QuarantinedRecord } from './quarantined-record.ts';

/** Everything one processed range of the stream changes here, in one transaction. */
export interface ProcessedRange {
  /** Everything at or below is processed and its rows are on stable storage. */
  checkpoint: number;
  dirty: DirtyTarget[];
  /** Replaces the pending directive of the same device and kind of action. */
  directives: { deviceId: string; directive: DirectiveFields }[];
  /** What need not be asked of an epoch any more. */
  resolved: ResolvedRequest[];
  /** Epochs that spoke although a newer epoch of their device had superseded them. */
  superseded: Speech[];
  /** Ids whose evidence is in the tables now. */
  evidenceProcessed: ExecutableId[];
  /** Use of executables that nobody has described yet. */
  undescribedUse: { executableNo: number; day: number }[];
  quarantined: QuarantinedRecord[];
  /** Bad records beyond what is kept of one device. */
  quarantineOverflow?: number;
  /** What devices said they are called. */
  names?: { deviceId: string; names: DeviceNames }[];
  /** Which agent they said they run. */
  agentVersions?: { deviceId: string; version: string }[];
  now: number;
}

export interface RangeCommits {
  checkpoint(): number;
  /** Everybody sees it at once. The stream may not be trimmed before `synced`: a power cut could take it back. */
  commitProcessed(range: ProcessedRange): void;
  /**
   * Numbers that `work` has epochs and executables given are committed together, before this returns. When it throws,
   * none of them was given out. No row may name them before `synced`: a power cut could take them back.
   */
  allocating<T>(work: () => T): T;
  /** Resolves when all that was committed so far is on stable storage. Rejects when it may not be. */
  synced(): Promise<void>;
}
