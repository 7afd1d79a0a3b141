/**
 * What goes on beside processing, each at its own pace: mappings that a new catalogue changes, aggregates, repairs,
 * corrections, the audit, retention and the erasing of devices. All of them go on after a crash where they were.
 */
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { type Audit, startAudit } from './audit/audit.ts';
import type { CatalogueInForce } from './catalogue/catalogue-in-force.ts';
import type { ClickHouse } from './clickhouse/clickhouse.ts';
import type { HeldCounts } from './clickhouse/usage-exclusions.ts';
import { COLLECTOR_VERSION } from './collector-version.ts';
import type { CollectorConfig } from './config/schema.ts';
import type { ControlStore } from './control/control-store.ts';
import { startCorrections } from './correct/make-corrections.ts';
import { startEraseJob } from './erase/erase-devices.ts';
import { startErasePeople } from './erase/erase-people.ts';
import { createAuditMetrics, noteSweep } from './metrics/audit-metrics.ts';
import type { ProcessMetrics } from './metrics/process-metrics.ts';
import { watchRecompute } from './metrics/recompute-metrics.ts';
import { createRetentionMetrics, noteRetention } from './metrics/retention-metrics.ts';
import type { AnnouncedExecutables } from './process/announced-executables.ts';
import type { EpochHeadCache } from './process/epoch-head-cache.ts';
import type { Processor } from './process/processor.ts';
import { startReplayJob } from './quarantine/start-replay.ts';
import { OneAtATime } from './recompute/one-at-a-time.ts';
import { startRebuild } from './recompute/rebuild.ts';
import { type RecomputeOptions, startRecompute } from './recompute/recompute.ts';
import { type Remap, startRemap } from './remap/remap.ts';
import type { Lives } from './retention/lives.ts';
import { startRetention } from './retention/retention.ts';
import type { StartedStages } from './started-stages.ts';

const MS_A_DAY = 86_400_000;
const RETENTION_INTERVAL_MS = 3_600_000;

export interface BackgroundJobsOptions {
  config: CollectorConfig;
  log: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Told how to end each job. */
  started: StartedStages;
  registry: Registry;
  processing: ProcessMetrics;
  clickhouse: ClickHouse;
  control: ControlStore;
  processor: Processor;
  heads: EpochHeadCache;
  announced: AnnouncedExecutables;
  lives: Lives;
  catalogueInForce: () => CatalogueInForce;
}

/** Those that others ask or wake. */
export interface BackgroundJobs {
  remap: Remap;
  audit: Audit;
}

export function startBackgroundJobs(options: BackgroundJobsOptions): BackgroundJobs {
  const { config, log, now, started, registry, processing } = options;
  const { clickhouse, control, processor, heads, announced, lives, catalogueInForce } = options;
  const auditing = createAuditMetrics(registry);
  const remap = startRemap({
    clickhouse,
    control,
    log,
    now,
    inForce: catalogueInForce,
    settled: () => processor.settled(),
    onBatch: (looked, written) => {
      processing.remapLooked.inc(looked);
      processing.remapWritten.inc(written);
    },
    // The catalogue's author is waiting, and the next round may be an hour away.
    onFinished: () => recompute.wake(),
  });
  started.add(() => remap.close());
  let held: HeldCounts | undefined;
  watchRecompute(registry, control, () => held, now);
  const deriving = new OneAtATime();
  const recomputing: RecomputeOptions = {
    deriving,
    clickhouse,
    control,
    log,
    now,
    catalogueVersion: () => catalogueInForce().catalogue.version,
    held: () => remap.running,
    timePercent: config.recomputeTimePercent,
    intervalMs: config.recomputeIntervalSeconds * 1000,
    supersedeAfterMs: config.supersedeAfterSeconds * 1000,
    holdLimits: { leastDevices: config.holdSummaryDevices, leastPercent: config.holdSummaryPercent },
    onHeld: (counts) => {
      held = counts;
    },
    onSuperseding: (outcome) => processing.superseding.inc({ outcome }),
    onDerived: (target, milliseconds) =>
      processing.deriveSeconds.observe({ kind: target.kind }, milliseconds / 1000),
    onFailed: (target) => processing.deriveFailures.inc({ kind: target.kind }),
  };
  const recompute = startRecompute(recomputing);
  started.add(() => recompute.close());
  const rebuild = startRebuild({ recompute: recomputing, deriving });
  started.add(() => rebuild.close());
  const corrections = startCorrections({
    clickhouse,
    control,
    deriving,
    log,
    now,
    onWritten: () => recompute.wake(),
  });
  started.add(() => corrections.close());
  const replay = startReplayJob({
    ...{ clickhouse, control, announced, log, now },
    inForce: catalogueInForce,
    version: COLLECTOR_VERSION,
    keptMs: config.quarantineDays * MS_A_DAY,
    onSettled: (settled) => {
      for (const { outcome } of settled) processing.replayed.inc({ outcome });
    },
    onFailed: () => processing.replayFailures.inc(),
    // Whoever repairs something waits for the figures.
    onCaughtUp: () => recompute.wake(),
  });
  started.add(() => replay.close());
  const audit = startAudit({
    totals: {
      deriving,
      catalogueVersion: () => catalogueInForce().catalogue.version,
      settled: () => processor.settled(),
      unsure: () => processor.unsure,
    },
    ...{ clickhouse, control, heads, log, now },
    inForce: catalogueInForce,
    remapping: () => remap.running,
    intervalMs: config.auditIntervalSeconds * 1000,
    timePercent: config.auditTimePercent,
    onFinished: (findings, milliseconds) => noteSweep(auditing, findings, milliseconds, now()),
    onFailed: () => auditing.failures.inc(),
  });
  started.add(() => audit.close());
  const retaining = createRetentionMetrics(registry);
  const retention = startRetention({
    ...{ clickhouse, control, lives, deriving, log, now },
    intervalMs: RETENTION_INTERVAL_MS,
    onRemoved: (round) => noteRetention(retaining, round),
    onFailed: () => retaining.failures.inc(),
  });
  started.add(() => retention.close());
  const settled = async () => {
    await processor.settled();
    // What it read before the device was closed it may be writing again.
    await audit.settled();
    await replay.settled();
  };
  const onDeleted = () => recompute.wake();
  const erasing = startEraseJob({
    ...{ clickhouse, control, log, now, settled, onDeleted },
    onDone: () => processing.erasedDevices.inc(),
  });
  started.add(() => erasing.close());
  const erasingPeople = startErasePeople({
    ...{ clickhouse, control, log, now, settled, onDeleted },
    onDone: () => processing.erasedPersons.inc(),
  });
  started.add(() => erasingPeople.close());
  return { remap, audit };
}
