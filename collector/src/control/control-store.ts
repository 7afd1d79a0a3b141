/**
 * The control store keeps what is small, precious and changed in place: device keys, epochs, interned numbers,
 * directives, dirty marks, the checkpoint, quarantine. This is its contract; sqlite-control-store.ts is the
 * embedded implementation (one connection, `synchronous=FULL`, every method is one transaction).
 *
 * Ids are 16-digit hex strings at this edge except in `internExecutables`, which is on the hot path.
 */
import type { KeyObject } from 'node:crypto';
import type { DirectiveFields, ExecutableId, FleetSettings, SettingsFields } from '@fleetmeter/proto';
import type { AuditLedger } from './audit-ledger.ts';
import type { AuditReports } from './audit-reports.ts';
import type { BackupHold } from './backup-hold.ts';
import type { Corrections, NewCorrection } from './corrections.ts';
import type { DeviceNames } from './device-groups.ts';
import type { DeviceLives } from './device-lives.ts';
import type { EnrolmentTokens } from './enrolment-tokens.ts';
import type { MissingEvidence } from './executable-numbers.ts';
import type { NoticesInForce } from './notices-in-force.ts';
import type { Operations } from './operations.ts';
import type { ProcessingState } from './processing-state.ts';
import type { QuarantineDesk } from './quarantine-desk.ts';
import type { QuarantineDrop } from './quarantine-shelf.ts';
import type { DecidedRecord, Settled } from './quarantine-work.ts';
import type { ShelvedRecord } from './shelved-record.ts';
import type { SplitDevice } from './split-tickets.ts';
import type { Speech } from './superseded-speech.ts';
import type { UsageConcerns } from './usage-concerns.ts';
import type { WaitingDevices } from './waiting-devices.ts';
import type { WantedExecutable } from './wanted-evidence.ts';

export interface EnrolledDevice {
  deviceId: string;
  /** Ed25519, 32 bytes. */
  publicKey: Uint8Array;
}

/** What else there is to say of a device that is new here. */
export interface Joining {
  names?: DeviceNames;
  /** Called once its secret counts; what it throws keeps the device out, and then nothing has changed. */
  admit?: () => void;
}

export interface EpochRow {
  /** Dense number from the one allocator, never reused. */
  epochNo: number;
  /** The device it belongs to: its sender, until that was proven to be a copy. */
  deviceId: string;
  /** 16 bytes. */
  epochId: Uint8Array;
  parentEpochNo?: number | undefined;
  /** Milliseconds since 1970 when the collector first processed a report of it. */
  openedAt: number;
  /** How often it was moved to another device. */
  moves: number;
}

/** With who sends it: the device that is asked for what is missing. */
export interface SentEpoch extends EpochRow {
  senderDeviceId: string;
}

/** What has to be recomputed: a day of usage (days since 1970 UTC), or the current inventory. */
export type DirtyTarget = { kind: 'usage-day'; day: number } | { kind: 'inventory' };
export interface DirtyMark {
  target: DirtyTarget;
  /** Rises each time the target is marked; clearing needs the value that was read before the work began. */
  generation: number;
  /** Milliseconds since 1970 of the oldest mark not yet cleared. */
  since: number;
}

/** Closed list; docs/refusals.md explains each, and a test holds the two together. */
export const QUARANTINE_REASONS = [
  'record-undecodable',
  'record-damaged',
  'evidence-not-canonical',
  'evidence-id-mismatch',
  'evidence-version-unknown',
  'evidence-collision',
  'usage-day-out-of-window',
  'usage-seconds-out-of-range',
  'usage-launches-out-of-range',
  'usage-slots-out-of-range',
  'usage-seconds-exceed-slots',
  'usage-reference-missing',
  'usage-generation-refused',
  'coverage-out-of-range',
  'usage-digest-out-of-range',
  'inventory-list-malformed',
  'inventory-parts-incomplete',
  'inventory-too-large',
  'engine-refused',
  'collector-fault',
] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** Of what kind the record is; `report` and `evidence-batch` are whole messages. */
export const QUARANTINE_KINDS = [
  'usage',
  'coverage',
  'usage-digest',
  'evidence',
  'inventory',
  'report',
  'evidence-batch',
] as const;
export type QuarantineKind = (typeof QUARANTINE_KINDS)[number];

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
  evidenceWanted: WantedExecutable[];
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

/** The sender of an epoch was proven to be one of two with the same identity. */
export interface EpochSplit {
  epochNo: number;
  /** By whose key it signs. */
  senderDeviceId: string;
  /** Its report that proved it. */
  sequence: number;
  /** What its facts have to be derived anew for. */
  dirty: DirtyTarget[];
  /** Milliseconds since 1970. */
  now: number;
}

/** A resync is over once the inventory is right, a new epoch is not awaited any more once the old one went on for long. */
export interface ResolvedRequest {
  deviceId: string;
  epochId: Uint8Array;
  action: 'resync' | 'openEpoch';
}

/** The catalogue that counts, and how far the mappings follow it. */
export interface CatalogueState {
  /** 0 before the first catalogue; rises with each that maps differently. */
  generation: number;
  fingerprint: string;
  /** What its authors call it. */
  version: string;
  /** The next executable number to be mapped again; undefined when all are mapped by this catalogue. */
  remapFrom: number | undefined;
}

export interface ControlStore {
  /** 16 random bytes, made at first start. */
  readonly collectorId: Uint8Array;
  /** Secret of this installation for keying user hashes again; 32 bytes; never leaves the collector. */
  readonly userKey: KeyObject;

  /**
   * Gives the key its device id, the same one for the same key; a new key needs the secret of a token. Throws
   * TokenRefusedError, NotApprovedError, DeviceRevokedError, KeyReplacedError or KeyIdTakenError.
   */
  enrol(rawPublicKey: Uint8Array, secret: string, now: number, joining?: Joining): string;
  /**
   * Gives the device of `previous` another key, both raw; the old one counts for a while longer, see replaced-keys.ts.
   * Throws KeyUnknownError, KeyReplacedError, KeyIdTakenError or DeviceRevokedError.
   */
  replaceKey(previous: Uint8Array, next: Uint8Array, now: number): string;
  /**
   * Runs each of these, which enrol, replace keys or split off, and commits what they did before it returns: one wait
   * for the disk. Each has an outcome of its own. Throws when nothing could be committed.
   */
  joinTogether<T>(works: readonly (() => T)[]): PromiseSettledResult<T>[];
  /** Secrets that let devices join. */
  readonly tokens: Pick<EnrolmentTokens, 'create' | 'list' | 'revoke'>;
  /** Devices that may join once an administrator lets them in. */
  readonly waiting: Pick<WaitingDevices, 'count'>;
  /** What becomes of devices after they joined. */
  readonly lives: DeviceLives;
  /** What devices are told when the collector moves, and what they say of it. */
  readonly notices: Pick<NoticesInForce, 'noticeFor' | 'confirmed' | 'newestSerial' | 'counts'>;
  /** What administrators corrected of days that are over. */
  readonly corrections: Omit<Corrections, 'add' | 'noteWritten' | 'reload'>;
  /**
   * Notes the correction, whose rows are still to be written, and answers the operation that asked for it with `answer`
   * and its number. Returns the number; throws when that operation is over.
   */
  makeCorrection(correction: NewCorrection, operation: number, answer: object): number;
  /** The engine has the rows of this correction; its day is derived again. */
  commitCorrection(number: number, day: number, now: number): void;
  /** What an administrator asked for that takes its time. */
  readonly operations: Pick<Operations, 'oldestOpen' | 'latest' | 'advance' | 'finish'>;
  /** Whether an administrator stopped processing, and how far it is. */
  readonly processing: Pick<ProcessingState, 'current' | 'lag' | 'noteLag'>;
  /** Everything that an erased device said or was asked, but not that it was erased. */
  forgetDevice(deviceId: string, now: number): void;
  /** By key id (see keyIdOf); cached in memory, bounded. Throws DeviceRevokedError or KeyReplacedError. */
  findKey(keyId: string, now: number): EnrolledDevice | undefined;
  deviceCount(): number;

  /** What the collector's own configuration sets for all agents; the settings of a group lie above it. */
  setBottomSettings(settings: FleetSettings): void;
  /**
   * What to tell a device that runs by this version of settings (undefined: it did not say); undefined when that is
   * the one it should run by.
   */
  settingsFor(deviceId: string, version: number | undefined, now: number): SettingsFields | undefined;

  /**
   * Numbers that `work` has epochs and executables given are committed together, before this returns. When it throws,
   * none of them was given out. No row may name them before `allocationsSynced`: a power cut could take them back.
   */
  allocating<T>(work: () => T): T;

  /** Resolves when all numbers given so far are on stable storage. Rejects when they may not be. */
  allocationsSynced(): Promise<void>;

  /** Opens the epoch at first sight. `created` tells the caller to write its row to the engine. */
  epoch(
    senderDeviceId: string,
    epochId: Uint8Array,
    parentEpochId: Uint8Array | undefined,
    now: number,
  ): EpochRow & { created: boolean };

  /** Whether a report of this epoch was processed. */
  knowsEpoch(deviceId: string, epochId: Uint8Array): boolean;
  /** Epochs with numbers from `first` to `last`, in their order. */
  epochsBetween(first: number, last: number): SentEpoch[];
  /** The highest epoch number given; 0 before the first. */
  lastEpochNo(): number;

  /**
   * Numbers for ids given as bytes (little-endian 64-bit each). New ids get new numbers, committed before this
   * returns. `created` lists positions of new ids.
   */
  internExecutables(ids: Uint8Array): { numbers: Uint32Array; created: number[] };
  executableCount(): number;

  /** No epoch gets a number up to this one any more; false when none would have got one anyway. */
  skipEpochNos(through: number): boolean;
  /** Takes numbers from the tables, ascending and above all that were given; numbers left out are never given. */
  adoptExecutables(
    found: readonly { executableNo: number; executableId: ExecutableId; described: boolean }[],
  ): void;

  checkpoint(): number;
  commitProcessed(range: ProcessedRange): void;

  /** Number of the epoch that the device opened last. */
  newestEpoch(deviceId: string): number;
  /** What epochs of the device said beside their successors. */
  supersededSpeech(deviceId: string): readonly Speech[];
  /** The epoch and those opened from it that belong to the same device. */
  descentOf(epochNo: number): EpochRow[];
  /**
   * A proven copy becomes the device that its ticket stands for. Throws SplitTicketRefusedError, KeyUnknownError,
   * KeyIdTakenError, KeyReplacedError or DeviceRevokedError.
   */
  splitOff(keys: { previous: Uint8Array; next: Uint8Array; ticket: Uint8Array }, now: number): string;
  /**
   * Moves the epoch and its descent to a new device and leaves a split ticket for their sender. Committed when this
   * returns; the caller writes the rows it gets to the engine.
   */
  splitEpoch(split: EpochSplit): { deviceId: string; moved: EpochRow[] };
  /** Identities that were found to have more than one holder, newest first. */
  splitDevices(limit: number): SplitDevice[];

  /** Directives waiting for a device in this epoch, oldest first. They stay until taken back or answered. */
  directivesFor(deviceId: string, epochId: Uint8Array | undefined): DirectiveFields[];
  /** Forget a directive that reached its device (its acknowledgement was answered). */
  directiveDelivered(deviceId: string, directive: DirectiveFields): void;

  /** Positions in `numbers` of executables without processed evidence. */
  undescribed(numbers: Uint32Array): number[];
  /** Of these ids (bytes as above), those without processed evidence, at most `limit` (default: all). */
  withoutEvidence(ids: Uint8Array, limit?: number): ExecutableId[];
  /** The same as places in `ids`, with the numbers of those that have one: text is made only of what is asked for. */
  missingEvidence(ids: Uint8Array, limit: number): MissingEvidence;
  /** Executables this device has whose evidence is wanted, at most `limit`; number 0 for those that have none yet. */
  evidenceWantedFrom(deviceId: string, limit: number): Omit<WantedExecutable, 'deviceId'>[];
  /** Enough devices are noted for this executable's evidence: more would gain nothing. */
  hasEnoughHolders(executableNo: number): boolean;

  /**
   * The evidence of these numbers was in the tables and is lost: it is wanted again, of the devices that are known to
   * have it and of whoever names it next.
   */
  evidenceLost(
    numbers: readonly number[],
    holders: readonly { executableNo: number; deviceId: string }[],
  ): void;

  /** Days (since 1970, UTC) on which any of these was used before it was described. */
  daysOfUndescribedUse(executableNos: readonly number[]): number[];

  dirtyMarks(): DirtyMark[];
  markDirty(targets: DirtyTarget[], now: number): void;
  /** Marks the inventory unless `counted` is what it was marked for last: another text is another set of devices. */
  markCountedDevices(counted: string, now: number): void;
  /** Clears a mark unless it was marked again since `generation` was read. */
  clearDirty(target: DirtyTarget, generation: number): void;

  catalogueState(): CatalogueState;
  /** Makes this catalogue the one that counts; one that maps differently begins a re-mapping. */
  openCatalogue(fingerprint: string, version: string): CatalogueState;
  /** Everything below `next` is mapped; nothing when another generation counts by now. */
  noteRemapped(generation: number, next: number, written: number): void;
  /** Ends the re-mapping and marks the targets when anything was written; returns how many mappings were. */
  finishRemap(generation: number, targets: DirtyTarget[], now: number): number;

  /** What the last audit found. */
  readonly auditReports: Pick<AuditReports, 'note' | 'last'>;
  /** What a backup asks for, and when there was one. */
  readonly backupHold: BackupHold;
  /** What the audit asked of devices. */
  readonly auditLedger: Pick<AuditLedger, 'ask' | 'settled' | 'forgetDaysBefore'>;

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
  /** Which use of a day is in doubt. */
  readonly usageConcerns: Pick<UsageConcerns, 'ofDay' | 'foresee'>;
  /** Newest first. */
  quarantinedFrom(deviceId: string, limit: number): ShelvedRecord[];
  /** What its device was not told of yet, oldest first. */
  untoldQuarantine(deviceId: string, limit: number): ShelvedRecord[];
  /** Their device was told. */
  toldQuarantine(numbers: readonly number[]): void;

  close(): void;
}
