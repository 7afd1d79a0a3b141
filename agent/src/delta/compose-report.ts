/** Composes the next report from the present state and what of it was acknowledged. Pure. */
import {
  type AgentCostFields,
  digestSumBytes,
  digestsEqual,
  type ExecutableId,
  encodeIdList,
  type HostFactsFields,
  type InventoryChangeFields,
  type InventoryDigest,
  type InventoryDigestFields,
  type ReportFields,
} from '@fleetmeter/proto';
import type { BaselinePart } from './baseline-parts.ts';
import { composeUsage, type UsageInput } from './compose-usage.ts';
import type { EpochState } from './epoch-state.ts';

export interface ReportInput {
  collectorId: Uint8Array;
  deviceId: Uint8Array;
  epoch: EpochState;
  /** Hash of the report before this one in the epoch; undefined before the first. */
  previousHash: Uint8Array | undefined;
  /** Seconds since 1970. */
  composedAt: number;
  utcOffsetSeconds: number;
  /** Inventory now; with a part of a baseline, of the whole baseline. */
  digest: InventoryDigest;
  /** In a baseline: everything present. Else: ids touched since the acknowledged state, by what they are now. */
  present: readonly ExecutableId[];
  absent: readonly ExecutableId[];
  /** Instead of all these, when the baseline goes in parts. */
  part?: BaselinePart | undefined;
  usage: UsageInput;
  /** When they are due. */
  host: HostFactsFields | undefined;
  /** Undefined in a quiet report. */
  cost: AgentCostFields | undefined;
  /** Of the collector's settings that the agent runs by; 0 or undefined: none. */
  settingsVersion?: number | undefined;
  /** Says only that the agent is there: no baseline, whatever is due. */
  quiet?: boolean;
  /** Serial of the newest notice obeyed; 0: none. */
  noticeSerial: number;
}

/** Of the hash, on the wire. */
const CHAINED_BYTES = 8;

/** The first report of an epoch, and the one after a refusal or a resync, is a baseline. */
export function needsBaseline(epoch: EpochState): boolean {
  return epoch.baselineWanted || epoch.baselineSequence === 0;
}

/** Its sequence is the epoch's plus one. */
export function composeReport(input: ReportInput): ReportFields {
  const { epoch } = input;
  const baseline = !input.quiet && (needsBaseline(epoch) || input.part !== undefined);
  const inventory = composeInventory(baseline, input);
  const unchanged = !inventory && digestsEqual(input.digest, epoch.ackedDigest);
  const usage = composeUsage(input.usage);
  return {
    collectorId: input.collectorId,
    deviceId: input.deviceId,
    epoch: { id: epoch.id, ...(epoch.parent && { parent: parentFields(epoch.parent) }) },
    sequence: epoch.sequence + 1,
    ...(input.previousHash && { previousHash: input.previousHash.subarray(0, CHAINED_BYTES) }),
    composedAt: input.composedAt,
    utcOffsetSeconds: input.utcOffsetSeconds,
    ...(!baseline && { digestBefore: digestFields(epoch.ackedDigest) }),
    ...(!unchanged && { digestAfter: digestFields(input.digest) }),
    ...(inventory && { inventory }),
    ...(usage && { usage }),
    ...(input.host && { host: input.host }),
    ...(input.cost && { cost: input.cost }),
    ...(input.settingsVersion && { settingsVersion: input.settingsVersion }),
    noticeSerial: input.noticeSerial,
  };
}

function composeInventory(baseline: boolean, input: ReportInput): InventoryChangeFields | undefined {
  if (input.part) {
    const { ids, part, parts } = input.part;
    return { baseline: true, presentIds: ids, part, parts };
  }
  if (baseline) return { baseline: true, presentIds: encodeIdList(input.present) };
  if (input.present.length === 0 && input.absent.length === 0) return undefined;
  return {
    baseline: false,
    presentIds: encodeIdList(input.present),
    absentIds: encodeIdList(input.absent),
  };
}

function parentFields(parent: NonNullable<EpochState['parent']>) {
  return { id: parent.id, sequence: parent.sequence, digest: digestFields(parent.digest) };
}

function digestFields(digest: InventoryDigest): InventoryDigestFields {
  return { count: digest.count, sum: digestSumBytes(digest) };
}
