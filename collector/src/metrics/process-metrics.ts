/** What processing and recomputing tell an operator. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { QUARANTINE_REASONS } from '../control/contract/quarantine-reasons.ts';
import type { RangeOutcome } from '../process/range-outcome.ts';

export interface ProcessMetrics {
  reports: Counter;
  evidence: Counter;
  rows: Counter;
  quarantined: Counter<'reason'>;
  directives: Counter<'action'>;
  recognised: Counter<'outcome'>;
  clockDifference: Histogram<'direction'>;
  stageSeconds: Histogram<'stage'>;
  rangeRecords: Histogram;
  dropped: Counter;
  outlived: Counter;
  ofErased: Counter;
  erasedPersons: Counter;
  corrected: Counter;
  replayed: Counter<'outcome'>;
  replayFailures: Counter;
  erasedDevices: Counter;
  retries: Counter;
  stopped: Gauge;
  rangeSeconds: Histogram;
  deriveSeconds: Histogram<'kind'>;
  deriveFailures: Counter<'kind'>;
  superseding: Counter<'outcome'>;
  copies: Counter;
  remapLooked: Counter;
  remapWritten: Counter;
  catalogueFaulty: Gauge;
  engineUp: Gauge;
  engineRestarts: Gauge;
}

const PROCESSING_ASKS = ['resync', 'openEpoch', 'split', 'resendUsage'];

export function createProcessMetrics(registry: Registry): ProcessMetrics {
  const registers = [registry];
  const metrics: ProcessMetrics = {
    reports: new Counter({
      name: 'fleetmeter_process_reports_total',
      help: 'Reports processed, repetitions included',
      registers,
    }),
    evidence: new Counter({
      name: 'fleetmeter_process_evidence_total',
      help: 'Executables described by evidence',
      registers,
    }),
    rows: new Counter({
      name: 'fleetmeter_process_rows_total',
      help: 'Rows written to fact tables',
      registers,
    }),
    quarantined: new Counter({
      name: 'fleetmeter_process_quarantined_total',
      help: 'Records put aside, by reason (see docs/refusals.md)',
      labelNames: ['reason'],
      registers,
    }),
    directives: new Counter({
      name: 'fleetmeter_process_directives_total',
      help: 'Requests to devices that processing found necessary, by kind: resync, openEpoch, split, resendUsage',
      labelNames: ['action'],
      registers,
    }),
    recognised: new Counter({
      name: 'fleetmeter_map_executables_total',
      help: 'Executables mapped when they were described, by outcome: recognised as part of an application, or not',
      labelNames: ['outcome'],
      registers,
    }),
    clockDifference: new Histogram({
      name: 'fleetmeter_process_clock_difference_seconds',
      help: "Difference of the device's clock when it composed a report and ours when it came. Ahead is a wrong clock; behind also a report that waited for the network",
      labelNames: ['direction'],
      buckets: [1, 10, 60, 300, 3600, 86_400, 30 * 86_400],
      registers,
    }),
    stageSeconds: new Histogram({
      name: 'fleetmeter_process_stage_seconds',
      help: 'Parts of processing one range: read, decode, intern (numbers for new things), look-up, reconcile, map (evidence), write, commit',
      labelNames: ['stage'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers,
    }),
    rangeRecords: new Histogram({
      name: 'fleetmeter_process_range_records',
      help: 'Records processed together, 2,000 at most',
      buckets: [1, 5, 20, 100, 250, 500, 1000, 2000],
      registers,
    }),
    outlived: new Counter({
      name: 'fleetmeter_process_outlived_records_total',
      help: 'Records of use, coverage and digests left out because their day is not kept any more',
      registers,
    }),
    ofErased: new Counter({
      name: 'fleetmeter_process_erased_person_records_total',
      help: 'Usage records left out because their person was erased',
      registers,
    }),
    erasedPersons: new Counter({
      name: 'fleetmeter_erase_persons_total',
      help: 'Persons erased to the end since the start',
      registers,
    }),
    corrected: new Counter({
      name: 'fleetmeter_process_corrected_records_total',
      help: 'Usage records that came, or came again, for what an administrator corrected: kept beside the correction and not counted in totals',
      registers,
    }),
    dropped: new Counter({
      name: 'fleetmeter_process_dropped_records_total',
      help: 'Records left out because their device was erased',
      registers,
    }),
    replayed: new Counter({
      name: 'fleetmeter_quarantine_settled_records_total',
      help: 'Quarantined records that a decision was carried out for, by outcome: replayed, discarded, refused, asked',
      labelNames: ['outcome'],
      registers,
    }),
    replayFailures: new Counter({
      name: 'fleetmeter_quarantine_failures_total',
      help: 'Batches of quarantined records that could not be replayed and are tried again',
      registers,
    }),
    erasedDevices: new Counter({
      name: 'fleetmeter_erase_devices_total',
      help: 'Devices erased to the end since the start',
      registers,
    }),
    retries: new Counter({
      name: 'fleetmeter_process_retries_total',
      help: 'Ranges that failed and are tried again',
      registers,
    }),
    stopped: new Gauge({
      name: 'fleetmeter_process_stopped',
      help: "1 while processing stands still since most records would be put aside: the fault is the collector's",
      registers,
    }),
    rangeSeconds: new Histogram({
      name: 'fleetmeter_process_range_seconds',
      help: 'From a range read to its checkpoint',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers,
    }),
    copies: new Counter({
      name: 'fleetmeter_process_copies_total',
      help: 'Machines that were found to have the identity of another one and became devices of their own',
      registers,
    }),
    deriveSeconds: new Histogram({
      name: 'fleetmeter_recompute_derive_seconds',
      help: 'Time to derive one aggregate and swap it in, by kind (inventory, usage-day)',
      labelNames: ['kind'],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600],
      registers,
    }),
    deriveFailures: new Counter({
      name: 'fleetmeter_recompute_failures_total',
      help: 'Derivations that failed and will be tried again, by kind',
      labelNames: ['kind'],
      registers,
    }),
    superseding: new Counter({
      name: 'fleetmeter_recompute_superseding_total',
      help: 'Devices of one hardware identity: superseded, both-alive, or returned after they were superseded',
      labelNames: ['outcome'],
      registers,
    }),
    remapLooked: new Counter({
      name: 'fleetmeter_remap_executables_total',
      help: 'Executables looked at because of a new catalogue',
      registers,
    }),
    remapWritten: new Counter({
      name: 'fleetmeter_remap_mappings_total',
      help: 'Of these, mapped to something else than before',
      registers,
    }),
    catalogueFaulty: new Gauge({
      name: 'fleetmeter_catalogue_faulty',
      help: '1 while the catalogue file cannot be used and the one before stays in force',
      registers,
    }),
    engineUp: new Gauge({
      name: 'fleetmeter_engine_up',
      help: '1 while the embedded engine answers',
      registers,
    }),
    engineRestarts: new Gauge({
      name: 'fleetmeter_engine_restarts',
      help: 'Restarts of the embedded engine since the start',
      registers,
    }),
  };
  // Alarms ask how much a counter rose: it has to be there before it does.
  for (const reason of QUARANTINE_REASONS) metrics.quarantined.inc({ reason }, 0);
  for (const action of PROCESSING_ASKS) metrics.directives.inc({ action }, 0);
  for (const kind of ['inventory', 'usage-day']) metrics.deriveFailures.inc({ kind }, 0);
  return metrics;
}

/** A range is committed. */
export function noteRange(metrics: ProcessMetrics, outcome: RangeOutcome, milliseconds: number): void {
  metrics.reports.inc(outcome.reports);
  metrics.evidence.inc(outcome.evidence);
  metrics.recognised.inc({ outcome: 'recognised' }, outcome.recognised);
  metrics.recognised.inc({ outcome: 'unrecognised' }, outcome.evidence - outcome.recognised);
  metrics.rows.inc(outcome.rows);
  metrics.dropped.inc(outcome.dropped);
  metrics.outlived.inc(outcome.outlived);
  metrics.ofErased.inc(outcome.ofErased);
  metrics.corrected.inc(outcome.corrected);
  for (const [reason, records] of outcome.quarantined) metrics.quarantined.inc({ reason }, records);
  for (const [action, requests] of outcome.directives) metrics.directives.inc({ action }, requests);
  for (const seconds of outcome.clockDifferences)
    metrics.clockDifference.observe({ direction: seconds < 0 ? 'ahead' : 'behind' }, Math.abs(seconds));
  for (const [stage, spent] of outcome.spent) metrics.stageSeconds.observe({ stage }, spent / 1000);
  metrics.rangeRecords.observe(outcome.records);
  metrics.rangeSeconds.observe(milliseconds / 1000);
}
