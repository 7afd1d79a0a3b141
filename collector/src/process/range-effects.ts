/** Everything that processing one range of the stream will change, gathered before anything is written. */
import type { DirectiveFields, ExecutableId, HostFactsFields } from '@fleetmeter/proto';
import type { ResolvedRequest } from '../control/contract/agent-orders.ts';
import type { DirtyTarget } from '../control/contract/dirty-targets.ts';
import type { Quarantine } from '../control/contract/quarantine.ts';
import type { QuarantinedRecord } from '../control/contract/quarantined-record.ts';
import type { ProcessedRange } from '../control/contract/range-commits.ts';
import type { DeviceNames } from '../control/device-groups.ts';
import { directiveAction } from '../control/directive-action.ts';
import type { Speech } from '../control/superseded-speech.ts';
import { DEVICES_PER_EXECUTABLE, type WantedExecutable } from '../control/wanted-evidence.ts';
import type { EpochHead } from '../reconcile/reconcile-report.ts';
import type { StreamRecord } from '../stream/stream.ts';
import type { AnnouncedExecutables } from './announced-executables.ts';
import { FactBatch } from './fact-batch.ts';
import type { RangeTrace } from './range-trace.ts';

/** A report proved that its sender has its identity from another, who lives. */
export interface ProvenCopy {
  senderDeviceId: string;
  sequence: number;
  /** What the other said. */
  beside: Speech;
}

/** As many as are kept of one device: a report of 50 kB can hold 20,000 bad records. */
const MOST_ASIDE_OF_DEVICE = 1_000;

/** A record that is put aside; where it came from says its source. */
export type RecordAside = Omit<QuarantinedRecord, 'deviceId' | 'offset' | 'agentVersion' | 'at'>;

/** Oldest days (since 1970, UTC) that are kept. */
export interface KeptDays {
  userUsage: number;
  deviceUsage: number;
}

export class RangeEffects {
  readonly facts: FactBatch;
  /** Only after the range failed. */
  readonly trace: RangeTrace | undefined;
  /** New heads, to be remembered once the facts are in. */
  readonly heads = new Map<number, EpochHead>();
  /** Executables described here whose application is known. */
  recognised = 0;
  /** Usage records for what an administrator corrected. */
  corrected = 0;
  readonly #dirty = new Map<string, DirtyTarget>();
  /** By what they ask of whom; several may ask the same. */
  readonly #directives = new Map<string, ProcessedRange['directives']>();
  readonly #resolved = new Map<string, ResolvedRequest>();
  readonly #superseded = new Map<number, Speech & { deviceId: string }>();
  /** Epochs whose sender was proven to be a copy, by number. */
  readonly copies = new Map<number, ProvenCopy>();
  readonly #evidenceWanted: WantedExecutable[] = [];
  readonly #evidenceFrom = new Map<number, readonly string[]>();
  readonly #evidenceProcessed = new Set<ExecutableId>();
  readonly #quarantined: QuarantinedRecord[] = [];
  readonly #undescribedUse = new Map<string, ProcessedRange['undescribedUse'][number]>();
  readonly #asideOf = new Map<string, number>();
  #overflow = 0;
  readonly #agentVersions = new Map<string, string>();
  readonly #names = new Map<string, DeviceNames>();
  readonly #announced: AnnouncedExecutables;
  readonly #announcing = new Set<number>();

  /** Parts of reports that speak of days before those. */
  outlived = 0;
  /** Usage records of persons that were erased. */
  ofErased = 0;
  readonly #kept: KeptDays | undefined;

  constructor(announced: AnnouncedExecutables, trace?: RangeTrace, kept?: KeptDays) {
    this.#kept = kept;
    this.facts = new FactBatch(trace);
    this.trace = trace;
    this.#announced = announced;
  }

  /** False, and counted, for a day that is not kept any more. */
  isKept(kind: keyof KeptDays, day: number): boolean {
    if (!this.#kept || day >= this.#kept[kind]) return true;
    this.outlived++;
    return false;
  }

  /** True once for each executable whose undescribed row has still to be written. */
  announces(executableNo: number): boolean {
    if (this.#announced.has(executableNo) || this.#announcing.has(executableNo)) return false;
    this.#announcing.add(executableNo);
    return true;
  }

  /** The facts are on stable storage. */
  written(): void {
    this.#announced.add(this.#announcing);
  }

  markInventoryDirty(): void {
    this.#dirty.set('inventory', { kind: 'inventory' });
  }

  markDayDirty(day: number): void {
    this.#dirty.set(`day ${day}`, { kind: 'usage-day', day });
  }

  direct(deviceId: string, directive: DirectiveFields): void {
    const key = requestKey(deviceId, directive.epoch, directiveAction(directive));
    this.#directives.set(key, [...(this.#directives.get(key) ?? []), { deviceId, directive }]);
    this.#resolved.delete(key);
  }

  resolve({ deviceId, epochId, action }: ResolvedRequest): void {
    const key = requestKey(deviceId, epochId, action);
    this.#resolved.set(key, { deviceId, epochId, action });
    this.#directives.delete(key);
  }

  /** The epoch of the device went on although a newer one had superseded it. */
  spokeSuperseded(deviceId: string, speech: Speech): void {
    this.#superseded.set(speech.epochNo, { ...speech, deviceId });
  }

  /** Within this range. */
  supersededSpeech(deviceId: string): Speech[] {
    return [...this.#superseded.values()].filter((speech) => speech.deviceId === deviceId);
  }

  /**
   * False when enough devices of this range are noted for it already. When a fleet tells everything again, thousands
   * of devices name the same thousands of executables that nobody has described.
   */
  wantsEvidenceFrom(executableNo: number, deviceId: string): boolean {
    const noted = this.#evidenceFrom.get(executableNo) ?? [];
    if (noted.length >= DEVICES_PER_EXECUTABLE || noted.includes(deviceId)) return false;
    this.#evidenceFrom.set(executableNo, [...noted, deviceId]);
    return true;
  }

  wantEvidence(wanted: WantedExecutable): void {
    this.#evidenceWanted.push(wanted);
  }

  /** Its day has to be derived again once somebody describes it. */
  usedUndescribed(executableNo: number, day: number): void {
    this.#undescribedUse.set(`${executableNo} ${day}`, { executableNo, day });
  }

  /** What the device says it is called; group rules look at it. */
  named(deviceId: string, { hostname, managementId, groupTag }: HostFactsFields): void {
    this.#names.set(deviceId, {
      hostname: hostname ?? '',
      managementId: managementId ?? '',
      groupTag: groupTag ?? '',
    });
  }

  evidenceProcessed(executableId: ExecutableId): boolean {
    if (this.#evidenceProcessed.has(executableId)) return false;
    this.#evidenceProcessed.add(executableId);
    return true;
  }

  /** What the sender says of its agent; what it sends from here on was made by that. */
  runsAgent(deviceId: string, version: string): void {
    this.#agentVersions.set(deviceId, version);
  }

  quarantine(source: StreamRecord, record: RecordAside): void {
    const { concern } = record;
    // What is left out changes a day as much as what is counted.
    if (concern) this.markDayDirty(concern.day);
    const before = this.#asideOf.get(source.deviceId) ?? 0;
    this.#asideOf.set(source.deviceId, before + 1);
    if (before >= MOST_ASIDE_OF_DEVICE) {
      this.#overflow++;
      return;
    }
    this.#quarantined.push({
      ...record,
      deviceId: source.deviceId,
      offset: source.offset,
      agentVersion: this.#agentVersions.get(source.deviceId),
      at: source.receivedAt,
    });
  }

  /** Before any fact of the range is written. */
  foreseeConcerns({ usageConcerns }: Pick<Quarantine, 'usageConcerns'>): void {
    usageConcerns.foresee(this.#quarantined);
  }

  /** Who has executables that nobody has described, this range included. */
  evidenceWanted(): WantedExecutable[] {
    return this.#evidenceWanted.filter(({ executableId }) => !this.#evidenceProcessed.has(executableId));
  }

  toProcessedRange(checkpoint: number, now: number): ProcessedRange {
    return {
      checkpoint,
      dirty: [...this.#dirty.values()],
      directives: [...this.#directives.values()].flat(),
      resolved: [...this.#resolved.values()],
      superseded: [...this.#superseded.values()],
      evidenceProcessed: [...this.#evidenceProcessed],
      undescribedUse: [...this.#undescribedUse.values()],
      quarantined: this.#quarantined,
      quarantineOverflow: this.#overflow,
      agentVersions: [...this.#agentVersions].map(([deviceId, version]) => ({ deviceId, version })),
      names: [...this.#names].map(([deviceId, names]) => ({ deviceId, names })),
      now,
    };
  }
}

function requestKey(deviceId: string, epochId: Uint8Array | null | undefined, action: string): string {
  return `${deviceId} ${Buffer.from(epochId ?? []).toString('hex')} ${action}`;
}
