/**
 * Carries out what `rebuild` asked for: derives each target beside the live table and swaps it in, one after the other,
 * with the recompute job's own derivations between them. A target is marked dirty before it is begun, so whatever ends
 * it in the middle leaves a mark and never half a day.
 */
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { daysWithUse } from '../clickhouse/executables-to-map.ts';
import { numberApplications } from '../clickhouse/number-applications.ts';
import { dayLife } from '../clickhouse/retain-rows.ts';
import { type RepeatedJob, startRepeatedJob } from '../clock/repeated-job.ts';
import type { DirtyTarget } from '../control/contract/dirty-targets.ts';
import type { Operation } from '../control/operations.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import {
  afterFailure,
  beginRebuild,
  type RebuildProgress,
  type RebuildRequest,
  type RebuildResult,
  withoutFirst,
} from './rebuild-request.ts';
import { deriveMarked, type RecomputeOptions } from './recompute.ts';

export interface RebuildOptions {
  recompute: RecomputeOptions;
  deriving: OneAtATime;
}

const LOOK_EVERY_MS = 500;
const RETRY_MS = 5_000;
const MILLISECONDS_A_DAY = 86_400_000;

/** Closing stops after the derivation in hand; the next start goes on. */
export function startRebuild({ recompute, deriving }: RebuildOptions): RepeatedJob {
  const { control, log } = recompute;
  return startRepeatedJob({
    async step() {
      const operation = control.operations.oldestOpen('rebuild');
      // Mappings are on their way from one catalogue to the next: what is derived now would be derived again.
      if (!operation || recompute.held()) return LOOK_EVERY_MS;
      return await rebuildStep(operation, recompute, deriving);
    },
    onFailure: (error) =>
      log.warn({ error: String(error) }, 'a rebuild could not go on and will be tried again'),
    retryMs: RETRY_MS,
  });
}

/** Derives one target; returns for how many milliseconds to rest. */
async function rebuildStep(
  operation: Operation,
  recompute: RecomputeOptions,
  deriving: OneAtATime,
): Promise<number> {
  const { control, log, now, clickhouse } = recompute;
  const { number } = operation;
  const request = operation.request as RebuildRequest;
  let progress = operation.progress as RebuildProgress | undefined;
  if (!progress) {
    progress = beginRebuild(request, await derivableDays(clickhouse));
    log.info({ number, targets: progress.waiting.length }, 'a rebuild begins');
    if (!control.operations.advance(number, progress)) return 0;
  }
  const [target] = progress.waiting;
  if (!target) {
    const result: RebuildResult = { done: progress.done, skipped: progress.skipped };
    if (control.operations.finish(number, 'done', result, now()))
      log.info({ number, ...result }, 'a rebuild is done');
    return 0;
  }
  const { fault, spent } = await deriving.run(() => rebuilt(target, recompute));
  control.operations.advance(
    number,
    fault === undefined ? withoutFirst(progress) : afterFailure(progress, fault),
  );
  return fault === undefined ? spent * (100 / request.timePercent - 1) : RETRY_MS;
}

/** Days whose totals come from facts, and whose facts are here. */
async function derivableDays(clickhouse: ClickHouse): Promise<number[]> {
  const days: number[] = [];
  for (const day of await daysWithUse(clickhouse))
    if ((await dayLife(clickhouse, day)) === 'open') days.push(day);
  return days;
}

/** In a turn of `deriving`. `fault` is undefined when it is derived; `spent` is in milliseconds. */
async function rebuilt(
  target: DirtyTarget,
  recompute: RecomputeOptions,
): Promise<{ fault: string | undefined; spent: number }> {
  const { control, now, clickhouse } = recompute;
  const began = performance.now();
  control.markDirty([target], now());
  const mark = control.dirtyMarks().find((each) => isSame(each.target, target));
  // Only derivations clear marks, and it is nobody else's turn.
  if (!mark) return { fault: 'its mark is gone', spent: 0 };
  await numberApplications(clickhouse);
  const fault = await deriveMarked(mark, Math.floor(now() / MILLISECONDS_A_DAY), recompute);
  return { fault, spent: performance.now() - began };
}

function isSame(a: DirtyTarget, b: DirtyTarget): boolean {
  return a.kind === 'usage-day' ? b.kind === 'usage-day' && a.day === b.day : b.kind === 'inventory';
}
