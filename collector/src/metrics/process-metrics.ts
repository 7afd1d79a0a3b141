/** What processing and recomputing tell an operator. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface ProcessMetrics {
  reports: Counter;
  evidence: Counter;
  rows: Counter;
  quarantined: Counter;
  dropped: Counter;
  erasedDevices: Counter;
  retries: Counter;
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

export function createProcessMetrics(registry: Registry): ProcessMetrics {
  const registers = [registry];
  return {
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
      help: 'Records put aside',
      registers,
    }),
    dropped: new Counter({
      name: 'fleetmeter_process_dropped_records_total',
      help: 'Records left out because their device was erased',
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
}
