import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { LOST_KINDS, noFindings } from '../audit/audit-findings.ts';
import { createAuditMetrics, noteSweep } from './audit-metrics.ts';

test('an operator sees what was lost by kind, what was asked for, and when somebody last looked', async () => {
  const registry = new Registry();
  const metrics = createAuditMetrics(registry);
  const findings = { ...noFindings(), devices: 240, digests: 900, unverifiable: 3, asked: 5, postponed: 2 };
  findings.lost.coverage = 4;
  noteSweep(metrics, findings, 1_500, 86_400_000);
  noteSweep(metrics, findings, 1_500, 86_400_000);
  const text = await registry.metrics();
  for (const kind of LOST_KINDS)
    expect(text).toContain(`fleetmeter_audit_lost_total{kind="${kind}"} ${kind === 'coverage' ? 8 : 0}\n`);
  expect(text).toContain('fleetmeter_audit_requests_total 10\n');
  expect(text).toContain('fleetmeter_audit_postponed_requests 2\n');
  expect(text).toContain('fleetmeter_audit_devices 240\n');
  expect(text).toContain('fleetmeter_audit_unverifiable_inventories 3\n');
  expect(text).toContain('fleetmeter_audit_finished_timestamp_seconds 86400\n');
  expect(text).toContain('fleetmeter_audit_sweep_seconds 1.5\n');
});
