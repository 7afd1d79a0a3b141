/** What the stages are doing, for whoever asks at the admin port. */
import type { PipelineState } from './admin/admin-server.ts';
import type { Audit } from './audit/audit.ts';
import type { ClickHouse } from './clickhouse/clickhouse.ts';
import type { SqliteControlStore } from './control/sqlite-control-store.ts';
import type { EngineSupervisor } from './engine/supervise-engine.ts';
import type { openSqliteStream } from './stream/sqlite-stream.ts';

export interface PipelineParts {
  stream: Awaited<ReturnType<typeof openSqliteStream>>;
  control: SqliteControlStore;
  audit: Audit;
  engine: EngineSupervisor | undefined;
  clickhouse: ClickHouse;
}

export async function pipelineState({
  stream,
  control,
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
    devices: control.deviceCount(),
    executables: control.executableCount(),
    quarantine: control.quarantineCounts(),
    catalogue: catalogueState(control),
    audit: {
      finished: audit.state.finishedAt ?? null,
      step: audit.state.step ?? null,
      steps: audit.state.steps,
      lost: audit.state.findings?.lost ?? {},
    },
    dirty: {
      count: marks.length,
      oldest: marks.length === 0 ? null : Math.min(...marks.map(({ since }) => since)),
    },
    engine: engine?.state ?? { up: await clickhouse.ping(), restarts: 0, pid: undefined },
  };
}

function catalogueState(control: SqliteControlStore): PipelineState['catalogue'] {
  const { version, generation, remapFrom } = control.catalogueState();
  const remaining = remapFrom === undefined ? 0 : Math.max(0, control.executableCount() + 1 - remapFrom);
  return { version, generation, remaining };
}

export async function readiness(clickhouse: ClickHouse): Promise<{ ready: boolean; reasons: string[] }> {
  const answers = await clickhouse.ping();
  return { ready: answers, reasons: answers ? [] : ['the engine does not answer'] };
}
