/** What a range of the stream will change, computed before anything is written. */
import { Turn } from '../clock/turn.ts';
import type { QuarantineReason } from '../control/control-store.ts';
import type { StreamRecord } from '../stream/stream.ts';
import { type DecodedRecord, decodeRecord } from './decode-record.ts';
import { type InternedRecord, internRecords } from './intern-records.ts';
import { readKnownEvidence } from './known-evidence.ts';
import { faultOfLeftOut, type LeftOut } from './left-out.ts';
import { lookUpStates, noteBehindHeads } from './look-up-states.ts';
import { evidenceAside, processEvidence } from './process-evidence.ts';
import { processReport } from './process-report.ts';
import type { RangeDependencies } from './range-dependencies.ts';
import { RangeEffects, type RecordAside } from './range-effects.ts';
import type { RangeOutcome } from './range-outcome.ts';
import { RangeTimes } from './range-times.ts';
import type { RangeTrace } from './range-trace.ts';
import type { EpochState } from './report-to-process.ts';

export interface ComputedRange {
  effects: RangeEffects;
  times: RangeTimes;
  /** Epochs. */
  touched: number[];
  outcome: Omit<RangeOutcome, 'rows' | 'spent' | 'quarantined' | 'directives'>;
}

/** What these records will change; nothing of it is written yet. `leftOut`: parts that are put aside, by offset. */
export async function computeRange(
  records: readonly StreamRecord[],
  dependencies: RangeDependencies,
  leftOut: ReadonlyMap<number, LeftOut>,
  trace?: RangeTrace,
): Promise<ComputedRange> {
  const { control, announced } = dependencies;
  // One catalogue for the whole range, also when another comes into force meanwhile.
  const inForce = dependencies.inForce();
  const effects = new RangeEffects(announced, trace, dependencies.oldestKept?.());
  const turn = new Turn();
  const times = new RangeTimes();
  const decoded: DecodedRecord[] = [];
  for (const record of records) {
    await turn.share();
    decoded.push(decodeRecord(record));
  }
  times.lap('decode');
  const reportsToProcess = await internRecords(decoded, dependencies, effects, turn);
  times.lap('intern');
  const known = await readKnownEvidence(
    decoded.flatMap((record) => (record.kind === 'evidence' ? record.batch.records : [])),
    dependencies,
  );
  const taken = reportsToProcess.filter((report) => report !== undefined);
  const states = await lookUpStates(taken, dependencies);
  noteBehindHeads(taken, states);
  times.lap('look-up');
  let reports = 0;
  let dropped = 0;
  const clockDifferences: number[] = [];
  const described: number[] = [];
  for (const record of decoded) {
    await turn.share();
    const { source } = record;
    if (record.kind !== 'report' && control.lives.erasures.isClosed(source.deviceId)) {
      dropped++;
    } else if (record.kind === 'undecodable') {
      // Of a damaged record nobody knows when it came.
      const came = source.damage === undefined ? source : { ...source, receivedAt: dependencies.now() };
      effects.quarantine(came, wholeMessage(source, record.reason, record.detail));
    } else if (record.kind === 'evidence') {
      times.lap('reconcile');
      for (const [index, evidence] of record.batch.records.entries()) {
        await turn.share();
        const fault = faultOfLeftOut(leftOut.get(source.offset), 'evidence', index);
        if (fault) effects.quarantine(source, evidenceAside(evidence, fault));
        if (fault) continue;
        const describe = () => processEvidence(evidence, source, control, inForce, effects, known);
        const executableNo = trace
          ? trace.record(source.offset, () => trace.part('evidence', index, describe))
          : describe();
        if (executableNo !== undefined) described.push(executableNo);
      }
      times.lap('map');
    } else {
      const report = reportsToProcess[reports++];
      clockDifferences.push(source.receivedAt / 1000 - record.report.composedAt);
      if (!report) dropped++;
      else {
        const item = { ...report, leftOut: leftOut.get(source.offset) };
        const state = states.get(report.epochNo) as EpochState;
        if (trace) trace.record(source.offset, () => processReport(item, state, control, effects));
        else processReport(item, state, control, effects);
      }
    }
  }
  // A program may have been used before anybody knew what it was: its days change their application.
  for (const day of control.daysOfUndescribedUse(described)) effects.markDayDirty(day);

  times.lap('reconcile');
  return {
    ...{ effects, times, touched: [...states.keys()] },
    outcome: {
      ...{ records: records.length, reports, dropped, clockDifferences, outlived: effects.outlived },
      ofErased: effects.ofErased,
      ...{ evidence: described.length, recognised: effects.recognised, corrected: effects.corrected },
      namedBy: namedBy(taken),
    },
  };
}

/** A message that is put aside as it came. */
export function wholeMessage(
  { kind, envelope }: StreamRecord,
  reason: QuarantineReason,
  detail: string,
): RecordAside {
  return {
    ...{ reason, detail, epochNo: 0, sequence: 0, bytes: envelope },
    kind: kind === 'evidence' ? 'evidence-batch' : 'report',
  };
}

function namedBy(reports: readonly InternedRecord[]): Map<string, number> {
  const named = new Map<string, number>();
  for (const { source, interned } of reports)
    if (interned.created > 0)
      named.set(source.deviceId, (named.get(source.deviceId) ?? 0) + interned.created);
  return named;
}
