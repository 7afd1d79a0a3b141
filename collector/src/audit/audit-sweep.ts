/**
 * One look at everything that devices and the control store can vouch for: what the tables lost is written again, or
 * asked for. Bands of epochs, executables and days keep each piece small, and `pace` rests between them.
 */
import type { CatalogueInForce } from '../catalogue/catalogue-in-force.ts';
import { loadAuditDictionaries } from '../clickhouse/audit-inventories.ts';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import type { ControlStore } from '../control/control-store.ts';
import type { EpochHeadCache } from '../process/epoch-head-cache.ts';
import { auditEpochs } from './audit-epochs.ts';
import { auditExecutables } from './audit-executables.ts';
import { type AuditFindings, noFindings } from './audit-findings.ts';
import { auditPresentEpochs } from './audit-inventories.ts';
import { auditTotals, type TotalsToAudit } from './audit-totals.ts';
import { auditUsage } from './audit-usage.ts';

export interface SweepDependencies {
  clickhouse: ClickHouse;
  control: ControlStore;
  heads: Pick<EpochHeadCache, 'peek' | 'forget'>;
  inForce: () => CatalogueInForce;
  /** While true mappings are on their way from one catalogue to the next, and are left alone. */
  remapping: () => boolean;
  totals: TotalsToAudit;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Epochs opened within so many milliseconds are left out: their first report may be half written. */
  youngestMs: number;
  /** Runs one piece of work; rejects to end the sweep. */
  pace: <T>(work: () => Promise<T>) => Promise<T>;
}

export interface SweepParts extends SweepDependencies {
  findings: AuditFindings;
}

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
