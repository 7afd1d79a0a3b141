/** What a report does to the inventory of its epoch. */
import { digestSumBytes, type InventoryDigest, Report } from '@fleetmeter/proto';
import type { EvidenceWanted } from '../control/contract/evidence-wanted.ts';
import type { Executables } from '../control/contract/executables.ts';
import type { QuarantineReason } from '../control/contract/quarantine-reasons.ts';
import { applyChange, ascendingUnique, difference } from '../reconcile/apply-change.ts';
import { completeInventory } from '../reconcile/baseline-parts.ts';
import type { Reconciliation } from '../reconcile/reconcile-report.ts';
import type { StreamRecord } from '../stream/stream.ts';
import { MAX_BASELINE_IDS } from '../validate/report-shape.ts';
import { baselinePart, collectPart } from './baseline-part.ts';
import type { RangeEffects } from './range-effects.ts';
import { digestOf, type EpochState, epochIdOf, type ReportToProcess } from './report-to-process.ts';
import { wantMissingEvidence } from './want-evidence.ts';

/** Of an inventory that is in already: harmless to repeat. */
export function repeatConsequences(
  { report, source, interned }: ReportToProcess,
  control: Executables & EvidenceWanted,
  effects: RangeEffects,
): void {
  if (!report.inventory) return;
  wantMissingEvidence(interned.present, source, control, effects);
  effects.markInventoryDirty();
}

/** Returns false, having changed nothing, when the change does not lead to the inventory it promises. */
export function applyInventory(
  item: ReportToProcess,
  state: EpochState,
  how: Exclude<Reconciliation['inventory'], 'keep'>,
  control: Executables & EvidenceWanted,
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
    if (fault)
      effects.quarantine(source, {
        ...fault,
        kind: 'inventory',
        epochNo: state.epochNo,
        sequence: report.sequence,
        bytes: Report.encode({ inventory: report.inventory }).finish(),
      });
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
