/** What the stages are doing, for whoever asks at the admin port. */
import type { PipelineState } from './admin/admin-server.ts';
import type { Readiness } from './admin/answers.ts';
import type { Audit } from './audit/audit.ts';
import type { ClickHouse } from './clickhouse/clickhouse.ts';
import type { Operating } from './control/contract/operating.ts';
import type { SqliteControlStore } from './control/sqlite-control-store.ts';
import type { EngineSupervisor } from './engine/supervise-engine.ts';
import type { LagWatch } from './operate/watch-lag.ts';
import type { Stream } from './stream/stream.ts';

export interface PipelineParts {
  stream: Pick<Stream, 'stats'>;
  control: SqliteControlStore;
  lagWatch: LagWatch;
  audit: Audit;
  engine: EngineSupervisor | undefined;
  clickhouse: ClickHouse;
}

export async function pipelineState({
  stream,
  control,
  lagWatch,
  audit,
  engine,
  clickhouse,
}: PipelineParts): Promise<PipelineState> {
  const { head, bytes, records, unreadable } = await stream.stats();
  const marks = control.dirtyMarks();
  return {
    stream: { head, bytes, records, unreadable },
    checkpoint: control.checkpoint(),
    lag: head - control.checkpoint(),
    processing: { paused: pauseOf(control), ...(await lagWatch.lag()) },
    devices: control.deviceCount(),
    executables: control.executableCount(),
    quarantine: control.quarantineCounts(),
    catalogue: catalogueState(control),
    audit: {
      finished: audit.state.finishedAt ?? null,
      step: audit.state.step ?? null,
      steps: audit.state.steps,
      lost: audit.state.findings?.lost ?? {},
      differing: audit.state.findings?.totals.differing ?? 0,
    },
    dirty: {
      count: marks.length,
      oldest: marks.length === 0 ? null : Math.min(...marks.map(({ since }) => since)),
    },
    engine: engine?.state ?? { up: await clickhouse.ping(), restarts: 0 },
  };
}

function catalogueState(control: SqliteControlStore): PipelineState['catalogue'] {
  const { version, generation, remapFrom } = control.catalogueState();
  const remaining = remapFrom === undefined ? 0 : Math.max(0, control.executableCount() + 1 - remapFrom);
  return { version, generation, remaining };
}

function pauseOf(control: Pick<Operating, 'processing'>): PipelineState['processing']['paused'] {
  const pause = control.processing.current();
  return pause ? { since: pause.pausedAt, by: pause.pausedBy, reason: pause.reason } : null;
}

/** Reasons keep it from working; warnings are what somebody ought to look at. */
export async function readiness(
  clickhouse: Pick<ClickHouse, 'ping'>,
  control: Pick<Operating, 'processing'>,
  engine?: Pick<EngineSupervisor, 'state'>,
): Promise<Readiness> {
  // One that hangs is known to hang: who asks does not wait for it.
  const answers = engine ? engine.state.up : await clickhouse.ping();
  const pause = pauseOf(control);
  return {
    ready: answers,
    reasons: answers ? [] : ['the engine does not answer'],
    warnings: pause ? [pausedWarning(pause)] : [],
  };
}

function pausedWarning({ since, by, reason }: { since: number; by: string; reason: string }): string {
  const why = reason === '' ? 'no reason was given' : reason;
  return `processing is paused since ${new Date(since).toISOString()} by ${by} (${why}); reports wait in the stream until "processing resume"`;
}
