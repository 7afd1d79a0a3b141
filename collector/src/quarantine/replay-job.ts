/**
 * Carries out what was decided about quarantined records: facts first, then, in one commit of the control store, the
 * dirty days and what became of the records. Restartable anywhere, since facts are state with a merge: a crash repeats
 * a batch and changes nothing that it has changed.
 */
import type { Logger } from 'pino';
import type { CatalogueInForce } from '../catalogue/catalogue-in-force.ts';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { permanentFault } from '../clickhouse/permanent-fault.ts';
import { Turn } from '../clock/turn.ts';
import type { ControlStore } from '../control/control-store.ts';
import type { DecidedRecord, Settled } from '../control/quarantine-work.ts';
import type { ShelvedRecord } from '../control/shelved-record.ts';
import type { AnnouncedExecutables } from '../process/announced-executables.ts';
import { type KnownEvidence, readKnownEvidence } from '../process/known-evidence.ts';
import { RangeEffects } from '../process/range-effects.ts';
import { readRecord } from './readable-record.ts';
import { replayRecord } from './replay-record.ts';

export interface ReplayOptions {
  clickhouse: ClickHouse;
  control: ControlStore;
  announced: AnnouncedExecutables;
  inForce: () => CatalogueInForce;
  log: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Called after each committed batch. */
  onSettled: (settled: readonly Settled[]) => void;
}

/** In one insert and one commit; a record has at most 1 MiB, and 256 MiB are kept of all. */
const REPLAYED_TOGETHER = 200;

/** Carries out some of what is decided; false when nothing is left. Rejects when it may succeed later. */
export async function replaySome(options: ReplayOptions): Promise<boolean> {
  const records = options.control.decidedQuarantine(REPLAYED_TOGETHER);
  if (records.length > 0) await replayBisecting(records, options);
  return records.length > 0;
}

async function replayBisecting(records: readonly DecidedRecord[], options: ReplayOptions): Promise<void> {
  try {
    await replayTogether(records, options);
  } catch (error) {
    if (!permanentFault(error)) throw error;
    const [record] = records;
    if (!record) throw error;
    if (records.length === 1) {
      settle(
        [{ record, outcome: 'refused', detail: String(error) }],
        new RangeEffects(options.announced),
        options,
      );
      return;
    }
    const middle = Math.floor(records.length / 2);
    await replayBisecting(records.slice(0, middle), options);
    await replayBisecting(records.slice(middle), options);
  }
}

async function replayTogether(records: readonly DecidedRecord[], options: ReplayOptions): Promise<void> {
  const { control, clickhouse, inForce, announced } = options;
  const effects = new RangeEffects(announced);
  const described: number[] = [];
  const parts = {
    control,
    inForce: inForce(),
    effects,
    described,
    known: await knownEvidence(records, options),
  };
  const turn = new Turn();
  const settled: Settled[] = [];
  for (const record of records) {
    await turn.share();
    settled.push({ record, ...replayRecord(record, parts) });
  }
  for (const day of control.daysOfUndescribedUse(described)) effects.markDayDirty(day);
  await effects.facts.write(clickhouse);
  effects.written();
  settle(settled, effects, options);
}

function settle(
  settled: readonly Settled[],
  effects: RangeEffects,
  { control, now, onSettled }: ReplayOptions,
): void {
  const over = new Set(
    settled
      .filter(({ outcome }) => outcome === 'replayed' || outcome === 'discarded')
      .map(({ record }) => record.number),
  );
  for (const { record } of settled) {
    const { concern, number } = record as DecidedRecord;
    // Nothing holds the day any more, whether or not anything was added to it.
    if (concern && over.has(number)) effects.markDayDirty(concern.day);
  }
  control.wantEvidence(effects.evidenceWanted());
  control.commitReplay(effects.toProcessedRange(control.checkpoint(), now()), settled);
  onSettled(settled);
}

/** Of the executables that these records bring evidence of. */
export async function knownEvidence(
  records: readonly ShelvedRecord[],
  options: Pick<ReplayOptions, 'clickhouse' | 'control'>,
): Promise<KnownEvidence> {
  const batches = records.flatMap((record) => {
    if (record.kind !== 'evidence' && record.kind !== 'evidence-batch') return [];
    try {
      const readable = readRecord(record);
      return readable.kind === 'evidence' ? [readable.records] : [];
    } catch {
      // It is refused with what is wrong.
      return [];
    }
  });
  return await readKnownEvidence(batches.flat(), options);
}
