/** A report that brings part of a baseline: what kind of change it is, and the row that keeps the part. */
import { digestSumBytes, type InventoryDigest, type Report } from '@fleetmeter/proto';
import type { BaselinePart } from '../reconcile/baseline-parts.ts';
import type { ReportedState } from '../reconcile/reconcile-report.ts';
import type { RangeEffects } from './range-effects.ts';
import type { EpochState, ReportToProcess } from './report-to-process.ts';

export function inventoryChangeOf({ inventory }: Pick<Report, 'inventory'>): ReportedState['change'] {
  if (!inventory) return 'none';
  if (!inventory.baseline) return 'delta';
  const { part, parts } = inventory;
  if (typeof part !== 'number' || typeof parts !== 'number' || parts === 1) return 'baseline';
  if (part === 0) return 'first-part';
  return part === parts - 1 ? 'last-part' : 'middle-part';
}

export function baselinePart({ report, interned }: ReportToProcess, promised: InventoryDigest): BaselinePart {
  const part = report.inventory?.part ?? 0;
  return {
    part,
    firstSequence: report.sequence - part,
    digest: promised,
    numbers: interned.present.numbers,
  };
}

/** Keeps a part until the last one comes. */
export function collectPart(
  item: ReportToProcess,
  state: EpochState,
  promised: InventoryDigest,
  effects: RangeEffects,
): void {
  const collected = baselinePart(item, promised);
  state.parts ??= new Map();
  state.parts.set(collected.part, collected);
  effects.facts.add('inventory_parts', {
    epoch_no: state.epochNo,
    part: collected.part,
    version: item.report.sequence,
    first_sequence: collected.firstSequence,
    digest_count: promised.count,
    digest_sum: digestSumBytes(promised),
    ids: collected.numbers,
  });
}
