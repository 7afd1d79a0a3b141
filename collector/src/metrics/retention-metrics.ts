/** What was given up because it is not kept for longer. */
import { Counter, type Registry } from 'prom-client';
import type { RetentionRound } from '../retention/retention.ts';

export interface RetentionMetrics {
  droppedRows: Counter<'kind'>;
  droppedPartitions: Counter<'kind'>;
  finishedDays: Counter;
  clearedRows: Counter;
  tooLateRows: Counter;
  forgottenExecutables: Counter;
  failures: Counter;
}

export function createRetentionMetrics(registry: Registry): RetentionMetrics {
  const registers = [registry];
  const counter = (name: `fleetmeter_retention_${string}_total`, help: string) =>
    new Counter({ name, help, registers });
  return {
    droppedRows: new Counter({
      name: 'fleetmeter_retention_dropped_rows_total',
      help: 'Rows dropped with their day, by what they held',
      labelNames: ['kind'],
      registers,
    }),
    droppedPartitions: new Counter({
      name: 'fleetmeter_retention_dropped_partitions_total',
      help: 'Days of a table that were dropped, by what they held',
      labelNames: ['kind'],
      registers,
    }),
    finishedDays: counter('fleetmeter_retention_finished_days_total', 'Days whose totals became final'),
    clearedRows: counter(
      'fleetmeter_retention_cleared_rows_total',
      'Rows of use whose five-minute marks were cleared',
    ),
    tooLateRows: counter(
      'fleetmeter_retention_too_late_rows_total',
      'Rows of use that came when the totals of their day were final and knew their device: kept, and not in the totals',
    ),
    forgottenExecutables: counter(
      'fleetmeter_retention_forgotten_executables_total',
      'Executables that no device had any more and that are described no longer',
    ),
    failures: counter('fleetmeter_retention_failures_total', 'Rounds that failed and are tried again'),
  };
}

export function noteRetention(metrics: RetentionMetrics, round: RetentionRound): void {
  for (const { kind, rows } of round.dropped) {
    metrics.droppedRows.inc({ kind }, rows);
    metrics.droppedPartitions.inc({ kind });
  }
  metrics.finishedDays.inc(round.finished.length);
  metrics.clearedRows.inc(round.cleared);
  metrics.tooLateRows.inc(round.tooLate);
  metrics.forgottenExecutables.inc(round.forgotten);
}
