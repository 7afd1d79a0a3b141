/** What the audit tells an operator: whether facts get lost, and whether they come back. */
import { Counter, Gauge, type Registry } from 'prom-client';
import { type AuditFindings, LOST_KINDS } from '../audit/audit-findings.ts';

export interface AuditMetrics {
  lost: Counter<'kind'>;
  asked: Counter;
  postponed: Gauge;
  failures: Counter;
  devices: Gauge;
  digests: Gauge;
  unverifiable: Gauge;
  totalsCompared: Gauge;
  totalsWaiting: Gauge;
  totalsDiffering: Counter;
  finished: Gauge;
  seconds: Gauge;
}

export function createAuditMetrics(registry: Registry): AuditMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `fleetmeter_audit_${name}`, help, registers });
  return {
    lost: new Counter({
      name: 'fleetmeter_audit_lost_total',
      help: 'Facts found lost: rows by kind, and for usage and coverage each (device, day, run); counted by each sweep until they are back',
      labelNames: ['kind'],
      registers,
    }),
    asked: new Counter({
      name: 'fleetmeter_audit_requests_total',
      help: 'Requests to devices for what was lost, one for each difference',
      registers,
    }),
    postponed: gauge('postponed_requests', 'Requests that had to wait for room in the last sweep'),
    failures: new Counter({
      name: 'fleetmeter_audit_failures_total',
      help: 'Sweeps that failed and began again',
      registers,
    }),
    devices: gauge('devices', 'Devices that the last sweep looked at'),
    digests: gauge('digests', 'Digests of (device, day, run) that the last sweep compared'),
    unverifiable: gauge(
      'unverifiable_inventories',
      'Inventories with executables nobody has described yet: their sum cannot be compared',
    ),
    totalsCompared: gauge(
      'totals',
      'Days and inventories that the last sweep derived once more and compared',
    ),
    totalsWaiting: gauge(
      'waiting_totals',
      'Days and inventories that the last sweep could not judge, since they wait to be derived or facts are on their way',
    ),
    totalsDiffering: new Counter({
      name: 'fleetmeter_audit_differing_totals_total',
      help: 'Days and inventories that facts contradicted although nothing waited: derived again',
      registers,
    }),
    finished: gauge('finished_timestamp_seconds', 'When the last sweep ended, seconds since 1970'),
    seconds: gauge('sweep_seconds', 'How long the last sweep took, rests included'),
  };
}

/** A sweep ended; `finishedAt` in milliseconds since 1970. */
export function noteSweep(
  metrics: AuditMetrics,
  findings: AuditFindings,
  milliseconds: number,
  finishedAt: number,
): void {
  for (const kind of LOST_KINDS) metrics.lost.inc({ kind }, findings.lost[kind]);
  metrics.asked.inc(findings.asked);
  metrics.postponed.set(findings.postponed);
  metrics.devices.set(findings.devices);
  metrics.digests.set(findings.digests);
  metrics.unverifiable.set(findings.unverifiable);
  metrics.totalsCompared.set(findings.totals.compared);
  metrics.totalsWaiting.set(findings.totals.waiting);
  metrics.totalsDiffering.inc(findings.totals.differing);
  metrics.finished.set(finishedAt / 1000);
  metrics.seconds.set(milliseconds / 1000);
}
