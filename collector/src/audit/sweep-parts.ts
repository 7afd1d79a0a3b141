/** What each step of a sweep works with. */
import type { CatalogueInForce } from '../catalogue/catalogue-in-force.ts';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import type { DirtyTarget } from '../control/contract/dirty-targets.ts';
import type { ControlStore } from '../control/control-store.ts';
import type { EpochHeadCache } from '../process/epoch-head-cache.ts';
import type { OneAtATime } from '../recompute/one-at-a-time.ts';
import type { AuditFindings } from './audit-findings.ts';

/** What the comparison needs to know of those that change facts and totals. */
export interface TotalsToAudit {
  /** What to compare, in order. */
  targets: () => readonly DirtyTarget[];
  /** Whose turn it is to derive. */
  deriving: OneAtATime;
  catalogueVersion: () => string;
  /** Resolves when the range of the stream that is in hand is done. */
  settled: () => Promise<void>;
  /** A range may have written facts that no mark tells of: one that failed and is tried again, or a crash left. */
  unsure: () => boolean;
}

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
