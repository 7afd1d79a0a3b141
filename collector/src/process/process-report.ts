/** One report against what is known of its epoch: inventory, usage, host facts and the new head. */
import {
  type DirectiveFields,
  digestFromParts,
  digestSumBytes,
  type InventoryDigest,
  type InventoryDigestFields,
  type Report,
} from '@fleetmeter/proto';
import type { ControlStore, QuarantineReason } from '../control/control-store.ts';
import { applyChange, ascendingUnique, difference } from '../reconcile/apply-change.ts';
import { type BaselineParts, completeInventory } from '../reconcile/baseline-parts.ts';
import { livingBeside } from '../reconcile/live-senders.ts';
import { type EpochHead, type Reconciliation, reconcileReport } from '../reconcile/reconcile-report.ts';
import type { StreamRecord } from '../stream/stream.ts';
import { MAX_BASELINE_IDS } from '../validate/report-shape.ts';
import { baselinePart, collectPart, inventoryChangeOf } from './baseline-part.ts';
import { hostFactsRow } from './host-facts-row.ts';
import type { InternedReport } from './interned-report.ts';
import { processUsage } from './process-usage.ts';
import type { RangeEffects } from './range-effects.ts';
import { wantMissingEvidence } from './want-evidence.ts';

/** What is known of an epoch while a range is processed. `inventory` and `parts` only when a change needs them. */
export interface EpochState {
  epochNo: number;
  /** The device that the epoch belongs to: the sender, unless that was proven to be a copy. */
  deviceId: string;
  head: EpochHead;
  inventory: Uint32Array | undefined;
  parts?: BaselineParts | undefined;
}

/** Reports of an epoch after which nobody is waited for who should open a child of it. */
const WITHDRAWN_AFTER_REPORTS = 32;

export interface ReportToProcess {
  report: Report;
  hash: Uint8Array;
  source: StreamRecord;
  interned: InternedReport;
}

/** Applies the report to `state` and adds its effects. Order within an epoch is the caller's duty. */
export function processReport(
  item: ReportToProcess,
  state: EpochState,
  control: ControlStore,
  effects: RangeEffects,
): void {
  const { report, source, hash } = item;
  const before = digestOf(report.digestBefore);
  const decision = reconcileReport(state.head, {
    sequence: report.sequence,
    reportHash: hash,
    previousHash: report.previousHash,
    digestBefore: before,
    change: inventoryChangeOf(report),
  });
  if (!decision.counts) {
    ask(decision, state.head, item, effects);
    return;
  }
  processUsage(item, state.epochNo, control, effects);
  if (report.host) {
    effects.facts.add('host_facts', hostFactsRow(state.deviceId, source.receivedAt, report.host));
    effects.named(state.deviceId, report.host);
  }

  // After a crash before the commit the rows may be in, and what follows from them is not.
  if (decision.inventory === 'keep' && decision.ask !== 'baseline')
    repeatConsequences(item, control, effects);
  const accepted =
    decision.inventory === 'keep' || applyInventory(item, state, decision.inventory, control, effects);
  ask(accepted ? decision : { ...decision, ask: 'baseline' }, state.head, item, effects);
  if (!decision.advancesHead || !accepted) return;
  takeTurn(item, state, control, effects);
  withdrawNewEpoch(item, control, effects);
  advanceHead(item, state, effects);
}

/**
 * The sender went on for long after it was told to compare heads, so it was not the one that is meant, and the one that
 * is will diverge again. An agent remembers 64 of its reports, and has to see its own among them until then.
 */
function withdrawNewEpoch(
  { report, source: { deviceId } }: ReportToProcess,
  control: ControlStore,
  effects: RangeEffects,
): void {
  const epochId = epochIdOf(report);
  for (const { openEpoch } of control.directivesFor(deviceId, epochId))
    if (openEpoch && report.sequence >= (openEpoch.head?.sequence ?? 0) + WITHDRAWN_AFTER_REPORTS)
      effects.resolve({ deviceId, epochId, action: 'openEpoch' });
}

/** Notes what tells one living sender from two. */
function takeTurn(
  { report, source }: ReportToProcess,
  { epochNo, deviceId, head }: EpochState,
  control: ControlStore,
  effects: RangeEffects,
): void {
  const { sequence } = report;
  const beside = livingBeside({ epochNo, sequence, previousAt: head.receivedAt }, [
    ...control.supersededSpeech(deviceId),
    ...effects.supersededSpeech(deviceId),
  ]);
  if (beside) effects.copies.set(epochNo, { senderDeviceId: source.deviceId, sequence, beside });
  if (control.newestEpoch(deviceId) > epochNo)
    effects.spokeSuperseded(deviceId, { epochNo, sequence, at: source.receivedAt });
}

/** Of an inventory that is in already: harmless to repeat. */
function repeatConsequences(
  { report, source, interned }: ReportToProcess,
  control: ControlStore,
  effects: RangeEffects,
): void {
  if (!report.inventory) return;
  wantMissingEvidence(interned.present, source, control, effects);
  effects.markInventoryDirty();
}

/** Returns false, having changed nothing, when the change does not lead to the inventory it promises. */
function applyInventory(
  item: ReportToProcess,
  state: EpochState,
  how: Exclude<Reconciliation['inventory'], 'keep'>,
  control: ControlStore,
  effects: RangeEffects,
): boolean {
  const { report, source, interned } = item;
  const promised = digestOf(report.digestAfter) ?? digestOf(report.digestBefore);
  if (!report.inventory || !promised) return false;
  if (how === 'collect') {
    collectPart(item, state, promised, effects);
    wantMissingEvidence(interned.present, source, control, effects);
    return true;
  }
  const previous = state.inventory ?? new Uint32Array(0);
  const next = nextInventory(how, item, state, promised);
  const fault = inventoryFault(how, next, promised);
  if (!next || fault) {
    if (fault) effects.quarantine(source, fault.reason, fault.detail, report.sequence, new Uint8Array(0));
    return false;
  }
  wantMissingEvidence(interned.present, source, control, effects);
  if (how === 'change') logChange(previous, next, report.sequence, source, state.epochNo, effects);
  effects.facts.add('device_inventory', {
    epoch_no: state.epochNo,
    version: report.sequence,
    digest_count: promised.count,
    digest_sum: digestSumBytes(promised),
    ids: next,
    received_at: source.receivedAt,
  });
  state.inventory = next;
  state.head = { ...state.head, digest: promised, inventoryVersion: report.sequence };
  effects.resolve({ deviceId: source.deviceId, epochId: epochIdOf(report), action: 'resync' });
  effects.markInventoryDirty();
  return true;
}

function nextInventory(
  how: 'replace' | 'change' | 'complete',
  item: ReportToProcess,
  state: EpochState,
  promised: InventoryDigest,
): Uint32Array | undefined {
  const { present, absent } = item.interned;
  if (how === 'complete') return completeInventory(state.parts ?? new Map(), baselinePart(item, promised));
  if (how === 'replace') return ascendingUnique(present.numbers);
  const next = applyChange(state.inventory ?? new Uint32Array(0), present.numbers, absent.numbers);
  // Not a fault of the device: what it built on is not what is here.
  return next.length === promised.count ? next : undefined;
}

/** What is wrong with what the device sent; a change that does not fit is nobody's fault, and asks for a baseline. */
function inventoryFault(
  how: 'replace' | 'change' | 'complete',
  next: Uint32Array | undefined,
  promised: InventoryDigest,
): { reason: QuarantineReason; detail: string } | undefined {
  if (!next)
    return how === 'complete'
      ? {
          reason: 'inventory-parts-incomplete',
          detail: `the parts here are not the ${promised.count} executables promised`,
        }
      : undefined;
  if (next.length !== promised.count) {
    const detail = `lists ${next.length} executables and promises ${promised.count}`;
    return { reason: 'inventory-list-malformed', detail };
  }
  if (next.length <= MAX_BASELINE_IDS) return undefined;
  const detail = `${next.length} executables, allowed are ${MAX_BASELINE_IDS}`;
  return { reason: 'inventory-too-large', detail };
}

function logChange(
  previous: Uint32Array,
  next: Uint32Array,
  sequence: number,
  source: StreamRecord,
  epochNo: number,
  effects: RangeEffects,
): void {
  const { appeared, disappeared } = difference(previous, next);
  const row = { epoch_no: epochNo, sequence, received_at: source.receivedAt };
  for (const executable_no of appeared)
    effects.facts.add('inventory_changes', { ...row, executable_no, installed: 1 });
  for (const executable_no of disappeared)
    effects.facts.add('inventory_changes', { ...row, executable_no, installed: 0 });
}

function advanceHead(
  { report, source, hash }: ReportToProcess,
  state: EpochState,
  effects: RangeEffects,
): void {
  state.head = { ...state.head, sequence: report.sequence, reportHash: hash, receivedAt: source.receivedAt };
  effects.heads.set(state.epochNo, state.head);
  const skipped = (report.cost?.skipped ?? []).reduce((sum, { count }) => sum + (count ?? 0), 0);
  effects.facts.add('device_heads', {
    epoch_no: state.epochNo,
    sequence: report.sequence,
    report_hash: hash,
    received_at: source.receivedAt,
    composed_at: report.composedAt,
    utc_offset_seconds: report.utcOffsetSeconds,
    report_bytes: source.envelope.length,
    agent_cpu_ms: report.cost?.cpuMilliseconds ?? 0,
    agent_uptime_s: report.cost?.uptimeSeconds ?? 0,
    agent_resident_kib: report.cost?.residentKib ?? 0,
    agent_files_hashed: report.cost?.filesHashed ?? 0,
    skipped_files: skipped,
  });
}

function ask(
  decision: Reconciliation,
  head: EpochHead,
  { report, source }: ReportToProcess,
  effects: RangeEffects,
): void {
  const origin: DirectiveFields = { epoch: report.epoch?.id ?? new Uint8Array(0), sequence: report.sequence };
  const processed = {
    sequence: head.sequence,
    reportHash: head.reportHash,
    digest: { count: head.digest.count, sum: digestSumBytes(head.digest) },
  };
  if (decision.ask === 'baseline')
    effects.direct(source.deviceId, { ...origin, resync: { head: processed } });
  if (decision.ask === 'compare-head')
    effects.direct(source.deviceId, { ...origin, openEpoch: { head: processed } });
  if (decision.usageMissing)
    effects.direct(source.deviceId, { ...origin, resendUsage: { afterSequence: head.sequence } });
}

function epochIdOf(report: Report): Uint8Array {
  return report.epoch?.id ?? new Uint8Array(0);
}

function digestOf(fields: InventoryDigestFields | null | undefined): InventoryDigest | undefined {
  return fields?.sum?.length === 16 ? digestFromParts(fields.count ?? 0, fields.sum) : undefined;
}
