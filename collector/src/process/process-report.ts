/** One report against what is known of its epoch: inventory, usage, host facts and the new head. */
import { type DirectiveFields, digestSumBytes } from '@fleetmeter/proto';
import type { ControlStore } from '../control/control-store.ts';
import { type EpochHead, type Reconciliation, reconcileReport } from '../reconcile/reconcile-report.ts';
import { inventoryChangeOf } from './baseline-part.ts';
import { hostFactsRow } from './host-facts-row.ts';
import { applyInventory, repeatConsequences } from './process-inventory.ts';
import { processUsage } from './process-usage.ts';
import type { RangeEffects } from './range-effects.ts';
import { digestOf, type EpochState, epochIdOf, type ReportToProcess } from './report-to-process.ts';
import { takeTurn, withdrawNewEpoch } from './take-turn.ts';

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
    behindHead: item.behindHead ?? false,
    change: inventoryChangeOf(report),
  });
  if (!decision.counts) {
    ask(decision, state.head, item, effects);
    return;
  }
  if (report.host?.agentVersion) effects.runsAgent(source.deviceId, report.host.agentVersion);
  processUsage(item, state, control, effects);
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
    agent_hashed_kib: report.cost?.hashedKib ?? 0,
    agent_sent_kib: report.cost?.sentKib ?? 0,
    agent_watches: report.cost?.watches ?? 0,
    skipped_files: skipped,
    clock_ahead_seconds: report.cost?.clockAheadSeconds ?? 0,
  });
}

function ask(
  decision: Reconciliation,
  head: EpochHead,
  { report, source }: ReportToProcess,
  effects: RangeEffects,
): void {
  const origin: DirectiveFields = { epoch: epochIdOf(report), sequence: report.sequence };
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
