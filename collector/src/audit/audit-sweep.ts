/**
 * One look at everything that devices and the control store can vouch for: what the tables lost is written again, or
 * asked for. Bands of epochs, executables and days keep each piece small, and `pace` rests between them.
 */
import { loadAuditDictionaries } from '../clickhouse/audit-inventories.ts';
import { auditEpochs } from './audit-epochs.ts';
import { auditExecutables } from './audit-executables.ts';
import { type AuditFindings, noFindings } from './audit-findings.ts';
import { auditPresentEpochs } from './audit-inventories.ts';
import { auditTotals } from './audit-totals.ts';
import { auditUsage } from './audit-usage.ts';
import type { SweepDependencies, SweepParts } from './sweep-parts.ts';

/** The steps in order: what belongs to nobody cannot be judged, so epochs come first. */
export const SWEEP_STEPS: readonly ((parts: SweepParts) => Promise<void>)[] = [
  auditEpochs,
  ({ clickhouse, pace }) => pace(() => loadAuditDictionaries(clickhouse)),
  auditPresentEpochs,
  auditExecutables,
  auditUsage,
  auditTotals,
];

/** `onStep` is told how many steps of all are done. Rejects when the engine or the control store does. */
export async function auditSweep(
  dependencies: SweepDependencies,
  onStep: (done: number, findings: AuditFindings) => void = () => {},
): Promise<AuditFindings> {
  const findings = noFindings();
  for (const [index, step] of SWEEP_STEPS.entries()) {
    await step({ ...dependencies, findings });
    onStep(index + 1, findings);
  }
  return findings;
}
