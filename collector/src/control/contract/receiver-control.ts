/**
 * What a receiver asks of the control store and tells it. Apart from the other contracts, since receivers run apart: what
 * they read may be a moment old, and what they write is done elsewhere, soon.
 */
import type { DirectiveFields, SettingsFields } from '@fleetmeter/proto';
import type { ApprovalFault } from '../admission.ts';
import type { DeviceNames } from '../device-groups.ts';
import type { DirectiveAction } from '../directive-action.ts';
import type { TokenFault } from '../enrolment-tokens.ts';
import type { MissingEvidence } from '../executable-index.ts';
import type { WantedExecutable } from '../wanted-evidence.ts';
import type { EnrolledDevice } from './device-keys.ts';
import type { QuarantineReason } from './quarantine-reasons.ts';

/** Who asks to join, or to go on under another key. Raw keys, 32 bytes; the sender has their private halves. */
export interface Newcomer {
  publicKey: Uint8Array;
  /** Of a token; empty when there is none. */
  secret: string;
  /** The key that vouches for the new one. */
  previousKey: Uint8Array | undefined;
  /** What group rules look at. */
  names: DeviceNames;
  /** In place of a secret; never without a previous key. */
  splitTicket: Uint8Array | undefined;
}

export type JoinFault =
  | TokenFault
  | ApprovalFault
  | 'device-erased'
  | 'device-revoked'
  | 'key-id-taken'
  | 'key-replaced'
  | 'key-unknown'
  | 'split-ticket-refused';

/** Whoever asked to join may not. */
export class JoinRefusedError extends Error {
  override name = 'JoinRefusedError';
  readonly fault: JoinFault;
  constructor(fault: JoinFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** A record that was put aside, as its device is told of it. */
export interface UntoldRecord {
  /** Never reused. */
  number: number;
  /** Sequence of its report, 0 for evidence. */
  sequence: number;
  reason: QuarantineReason;
  detail: string;
}

/** What devices were told, and what they said of themselves. What gets lost is told, or said, again. */
export interface ReceiverNotes {
  /** Requests that reached their device. */
  delivered: { deviceId: string; epochId: Uint8Array; action: DirectiveAction }[];
  /** Numbers of records that were put aside, whose device knows. */
  toldQuarantine: number[];
  /** Version of settings by which each of these runs. */
  settings: [deviceId: string, version: number][];
  /** Serial of the notice that each of these obeys. */
  notices: [deviceId: string, serial: number][];
}

export interface ReceiverControl {
  /** 16 random bytes, made at first start. */
  readonly collectorId: Uint8Array;
  /** By key id (see keyIdOf). Throws DeviceRevokedError, DeviceErasedError or KeyReplacedError. */
  findKey(keyId: string, now: number): EnrolledDevice | undefined;
  /**
   * The id of the device, on stable storage; the same for the same key. `admit` is called for a key that is new here and
   * may join; what it throws keeps the device out, and then nothing has changed. Rejects with JoinRefusedError.
   */
  join(newcomer: Newcomer, now: number, admit: () => void): Promise<string>;
  /** Whether a report of this epoch was processed. */
  knowsEpoch(deviceId: string, epochId: Uint8Array): boolean;
  /**
   * What to tell a device that runs by this version of settings (undefined: it did not say, so what it said last counts);
   * undefined when that is the one it should run by.
   */
  settingsFor(
    device: Omit<EnrolledDevice, 'publicKey'>,
    version: number | undefined,
    now: number,
  ): SettingsFields | undefined;
  /** The signed notice that a device which obeys `serial` has to be told; undefined when there is none. */
  noticeFor(serial: number, now: number): Uint8Array | undefined;
  /** What the report of a device says of itself. */
  confirmedNotice(deviceId: string, serial: number): void;
  /** Directives waiting for a device in this epoch, oldest first. They stay until taken back or answered. */
  directivesFor(deviceId: string, epochId: Uint8Array | undefined): DirectiveFields[];
  /** The directive reached its device (its acknowledgement was answered). */
  directiveDelivered(deviceId: string, directive: DirectiveFields): void;
  /** What its device was not told of yet, oldest first. */
  untoldQuarantine(deviceId: string, limit: number): UntoldRecord[];
  /** Their device was told. */
  toldQuarantine(numbers: readonly number[]): void;
  /** Of these ids (8 bytes little-endian each) the places of those without processed evidence, at most `limit`. */
  missingEvidence(ids: Uint8Array, limit: number): MissingEvidence;
  /** Executables this device has whose evidence is wanted, at most `limit`; number 0 for those that have none yet. */
  evidenceWantedFrom(deviceId: string, limit: number): Omit<WantedExecutable, 'deviceId'>[];
}
