/**
 * A range of the stream becomes facts: decode, look up, reconcile, write, commit. Restartable anywhere: until the
 * control store's commit nothing says the range is done, and doing it again writes the same rows.
 */
import { Turn } from '../clock/turn.ts';
import type { ControlStore, QuarantinedRecord } from '../control/control-store.ts';
import { directiveAction } from '../control/directive-action.ts';
import type { WantedExecutable } from '../control/wanted-evidence.ts';
import type { StreamRecord } from '../stream/stream.ts';
import { computeRange } from './compute-range.ts';
import type { LeftOut } from './left-out.ts';
import type { RangeDependencies } from './range-dependencies.ts';
import type { RangeOutcome } from './range-outcome.ts';
import { splitCopies } from './split-copies.ts';

/** Executables whose holders are noted in one commit: some 3 ms. */
const NOTED_TOGETHER = 250;

/** What is put aside of a range before it is processed. */
export interface PutAside {
  /** Records that are no part of the range, whole. */
  records: readonly QuarantinedRecord[];
  /** Parts of records of the range, by offset. */
  parts: ReadonlyMap<number, LeftOut>;
}

const NOTHING_ASIDE: PutAside = { records: [], parts: new Map() };

/** Processes records and checkpoints at `through`. Rejects, having committed nothing, when the engine does. */
export async function processRange(
  records: readonly StreamRecord[],
  through: number,
  dependencies: RangeDependencies,
  aside: PutAside = NOTHING_ASIDE,
): Promise<RangeOutcome> {
  const { clickhouse, control, heads, now } = dependencies;
  const { effects, times, touched, outcome } = await computeRange(records, dependencies, aside.parts);
  try {
    effects.foreseeConcerns(control);
    await control.synced();
    await splitCopies(dependencies, effects);
    const rows = await effects.facts.write(clickhouse);
    effects.written();
    times.lap('write');
    await noteWanted(effects.evidenceWanted(), control);
    const range = effects.toProcessedRange(through, now());
    range.quarantined.push(...aside.records);
    control.commitProcessed(range);
    times.lap('commit');
    for (const [epochNo, head] of effects.heads) heads.set(epochNo, head);
    return {
      ...{ ...outcome, rows, spent: times.spent },
      quarantined: counted(range.quarantined.map(({ reason }) => reason)),
      directives: counted(range.directives.map(({ directive }) => directiveAction(directive))),
    };
  } catch (error) {
    heads.forget(touched);
    throw error;
  }
}

/** Before the range is committed, in pieces: a first inventory has thousands, and they may as well be noted twice. */
async function noteWanted(
  wanted: readonly WantedExecutable[],
  control: Pick<ControlStore, 'wantEvidence'>,
): Promise<void> {
  const turn = new Turn();
  for (let at = 0; at < wanted.length; at += NOTED_TOGETHER) {
    await turn.share();
    control.wantEvidence(wanted.slice(at, at + NOTED_TOGETHER));
  }
}

function counted<T>(names: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
