/**
 * Carries out what `device erase` asked for. Each step is noted in the control store when it is done; after a crash the
 * step in hand is done again, which changes nothing that it has changed already.
 */

import type { Logger } from 'pino';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { daysOfEpochs, erasableTables, eraseRows } from '../clickhouse/erase-rows.ts';
import { type RepeatedJob, startRepeatedJob } from '../clock/repeated-job.ts';
import type { DirtyTarget, DirtyTargets } from '../control/contract/dirty-targets.ts';
import type { KnownDevices } from '../control/contract/known-devices.ts';
import type { Erasure, ErasurePhase } from '../control/erasures.ts';

export interface EraseOptions {
  clickhouse: ClickHouse;
  control: Pick<KnownDevices & DirtyTargets, 'lives' | 'forgetDevice' | 'markDirty' | 'dirtyMarks'>;
  log: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Resolves when the range of the stream that is being processed is done. */
  settled: () => Promise<void>;
  /** Rows are gone: totals want to be derived. */
  onDeleted: () => void;
  onDone: () => void;
}

/** One mutation for all of them; an epoch number takes some ten bytes of its text. */
const ERASED_TOGETHER = 100;
const LOOK_EVERY_MS = 1_000;
const RETRY_MS = 10_000;

export function startEraseJob(options: EraseOptions): RepeatedJob {
  return startRepeatedJob({
    async step() {
      await eraseStep(options);
      return LOOK_EVERY_MS;
    },
    onFailure: (error) =>
      options.log.warn({ error: String(error) }, 'a device could not be erased yet and will be tried again'),
    retryMs: RETRY_MS,
  });
}

/** Brings every open erasure as far as it goes now. */
export async function eraseStep(options: EraseOptions): Promise<void> {
  const open = options.control.lives.erasures.open(ERASED_TOGETHER);
  if (open.length === 0) return;
  const inPhase = (phase: ErasurePhase): Erasure[] => open.filter((erasure) => erasure.phase === phase);
  if (inPhase('requested').length > 0) await close(inPhase('requested'), options);
  if (inPhase('deleting').length > 0) await deleteRows(inPhase('deleting'), options);
  for (const erasure of inPhase('deriving')) await finish(erasure, options);
}

/** From here on nothing of it gets into the tables; what is there says which days it touches. */
async function close(erasures: Erasure[], { clickhouse, control, settled }: EraseOptions): Promise<void> {
  control.lives.erasures.reload();
  // A range that began before may still write.
  await settled();
  for (const erasure of erasures) {
    const epochNos = control.lives.erasures.epochsOf(erasure.deviceId);
    erasure.days = await daysOfEpochs(clickhouse, epochNos);
    erasure.phase = 'deleting';
    erasure.progress = `${epochNos.length} epochs closed`;
    control.lives.erasures.step(erasure);
  }
}

async function deleteRows(erasures: Erasure[], options: EraseOptions): Promise<void> {
  const { clickhouse, control, log, now, onDeleted } = options;
  const { lives } = control;
  // Also after a start: what was closed before it is.
  const deviceIds = erasures.map(({ deviceId }) => deviceId);
  const epochNos = deviceIds.flatMap((deviceId) => lives.erasures.epochsOf(deviceId));
  const tables = await erasableTables(clickhouse);
  for (const [index, table] of tables.entries()) {
    await eraseRows(clickhouse, table, { deviceIds, epochNos });
    for (const erasure of erasures) {
      erasure.progress = `${index + 1} of ${tables.length} tables`;
      lives.erasures.step(erasure);
    }
  }
  for (const erasure of erasures) {
    control.forgetDevice(erasure.deviceId, now());
    // Before the phase says so: a crash in between marks them twice.
    const days = erasure.days.map((day): DirtyTarget => ({ kind: 'usage-day', day }));
    erasure.markedAt = now();
    control.markDirty([{ kind: 'inventory' }, ...days], erasure.markedAt);
    erasure.phase = 'deriving';
    lives.erasures.step(erasure);
    log.info(
      { device: erasure.deviceId, days: days.length },
      'a device was erased; its days are derived again',
    );
  }
  onDeleted();
}

/** When none of its marks is left: one that was set again since has a later beginning. */
async function finish(erasure: Erasure, options: EraseOptions): Promise<void> {
  const { clickhouse, control, onDone } = options;
  const days = new Set(erasure.days);
  const waiting = control
    .dirtyMarks()
    .filter(
      ({ target, since }) =>
        since <= erasure.markedAt && (target.kind === 'inventory' || days.has(target.day)),
    );
  const progress = `${waiting.length} totals wait`;
  if (waiting.length === 0) {
    // An audit that was looking for lost rows meanwhile may have taken this one for lost.
    const epochNos = control.lives.erasures.epochsOf(erasure.deviceId);
    await eraseRows(
      clickhouse,
      { table: '{facts}.epochs', columns: ['epoch_no'] },
      { deviceIds: [], epochNos },
    );
    erasure.phase = 'done';
    onDone();
  } else if (erasure.progress === progress) return;
  erasure.progress = waiting.length === 0 ? '' : progress;
  // A day is all that is left to know of it.
  if (waiting.length === 0) erasure.days = [];
  control.lives.erasures.step(erasure);
}
