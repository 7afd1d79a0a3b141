/** Usage records become rows of cumulative facts; a bad one goes aside alone. */
import {
  Coverage,
  UsageDigest,
  type UsageFields,
  UsageRecord,
  type UsageRecordFields,
} from '@fleetmeter/proto';
import type { ControlStore } from '../control/control-store.ts';
import { personOf } from '../control/person-pseudonym.ts';
import { usageDigestFault } from '../validate/usage-digest.ts';
import { coverageFault, dayFault, hasRun, MS_PER_DAY, usageRecordFault } from '../validate/usage-record.ts';
import { faultOfLeftOut, type PartKind } from './left-out.ts';
import type { RangeEffects, RecordAside } from './range-effects.ts';
import type { EpochState, ReportToProcess } from './report-to-process.ts';
import { coverageRow, usageDigestRow, usageRow } from './usage-rows.ts';
import { wantMissingEvidence } from './want-evidence.ts';

const RUN_BYTES = 8;

export function processUsage(
  item: ReportToProcess,
  { epochNo, deviceId }: Pick<EpochState, 'epochNo' | 'deviceId'>,
  control: ControlStore,
  effects: RangeEffects,
): void {
  const { report, source, interned, leftOut } = item;
  const usage = report.usage;
  if (!usage) return;
  const of = { epochNo, sequence: report.sequence };
  const users = (usage.users ?? []).map((user) => personOf(control.userKey, user));
  const erased = users.map((user) => control.personErasures.isErased(user));
  const { ids, numbers } = interned.used;
  // Of a record that is put aside nobody has to know what it was.
  const good = numbers.slice();
  const add = (record: UsageRecordFields, index: number): void => {
    const executableNo = numbers[index] as number;
    const user = users[record.user ?? 0];
    if (erased[record.user ?? 0]) {
      good[index] = 0;
      effects.ofErased++;
      control.personErasures.noteDevice(user as Uint8Array, deviceId);
      return;
    }
    const day = record.day ?? 0;
    const fault =
      faultOfLeftOut(leftOut, 'usage', index) ?? usageRecordFault(record, usage, source.receivedAt);
    if (fault) {
      good[index] = 0;
      const concerned = dayFault(day, source.receivedAt, fault.reason)
        ? Math.floor(source.receivedAt / MS_PER_DAY)
        : day;
      effects.quarantine(source, {
        ...{ ...fault, ...of, kind: 'usage', user, run: runBytes(usage, record.run) },
        bytes: UsageRecord.encode(record).finish(),
        plainBytes: UsageRecord.encode({ ...record, run: 0, user: 0 }).finish(),
        concern: executableNo === 0 ? undefined : { day: concerned, executableNo },
      });
      // Whose day it leaves a device out of shows once somebody describes it.
      if (executableNo !== 0 && control.undescribed(Uint32Array.of(executableNo)).length > 0)
        effects.usedUndescribed(executableNo, concerned);
      return;
    }
    if (!effects.isKept('userUsage', day)) {
      good[index] = 0;
      return;
    }
    const run = runOf(usage, record.run);
    effects.facts.add('usage', usageRow(record, { epochNo, executableNo, user: user as Uint8Array, run }));
    effects.markDayDirty(day);
    // It is kept beside the correction, and not read.
    if (control.corrections.isCorrected(day, deviceId, executableNo, user as Uint8Array)) effects.corrected++;
  };
  eachPart('usage', usage.records, effects, add);
  const missing = wantMissingEvidence({ ids, numbers: good }, source, control, effects);
  for (const position of missing)
    effects.usedUndescribed(numbers[position] as number, usage.records?.[position]?.day ?? 0);
  addCoverage(item, usage, of, effects);
  // It sums what is not kept any more.
  if (!control.personErasures.hasErased(deviceId)) addDigests(item, usage, of, effects);
}

function eachPart<T>(
  kind: PartKind,
  parts: readonly T[] | null | undefined,
  { trace }: RangeEffects,
  add: (part: T, index: number) => void,
): void {
  for (const [index, part] of (parts ?? []).entries())
    if (trace) trace.part(kind, index, () => add(part, index));
    else add(part, index);
}

type OfReport = Pick<RecordAside, 'epochNo' | 'sequence'>;

function addCoverage(
  { source, leftOut }: ReportToProcess,
  usage: UsageFields,
  of: OfReport,
  effects: RangeEffects,
): void {
  eachPart('coverage', usage.coverage, effects, (coverage, index) => {
    const fault =
      faultOfLeftOut(leftOut, 'coverage', index) ?? coverageFault(coverage, usage, source.receivedAt);
    if (fault)
      effects.quarantine(source, {
        ...{ ...fault, ...of, kind: 'coverage', run: runBytes(usage, coverage.run) },
        bytes: Coverage.encode(coverage).finish(),
        plainBytes: Coverage.encode({ ...coverage, run: 0 }).finish(),
      });
    else if (effects.isKept('deviceUsage', coverage.day ?? 0)) {
      const run = runOf(usage, coverage.run);
      effects.facts.add('coverage', coverageRow(coverage, { epochNo: of.epochNo, run }));
      effects.markDayDirty(coverage.day ?? 0);
    }
  });
}

/** What the device says it has of closed days, for the audit. */
function addDigests(
  { source, leftOut }: ReportToProcess,
  usage: UsageFields,
  of: OfReport,
  effects: RangeEffects,
): void {
  eachPart('usage-digest', usage.digests, effects, (digest, index) => {
    const fault =
      faultOfLeftOut(leftOut, 'usage-digest', index) ?? usageDigestFault(digest, usage, source.receivedAt);
    if (fault)
      effects.quarantine(source, {
        ...{ ...fault, ...of, kind: 'usage-digest', run: runBytes(usage, digest.run) },
        bytes: UsageDigest.encode(digest).finish(),
        plainBytes: UsageDigest.encode({ ...digest, run: 0 }).finish(),
      });
    else if (effects.isKept('userUsage', digest.day ?? 0))
      effects.facts.add('usage_digests', usageDigestRow(digest, { ...of, run: runOf(usage, digest.run) }));
  });
}

/** The run that an index into Usage.runs names. */
function runOf(usage: UsageFields, index: number | null | undefined): bigint {
  const runs = usage.runs ?? new Uint8Array(0);
  return new DataView(runs.buffer, runs.byteOffset, runs.byteLength).getBigUint64(
    (index ?? 0) * RUN_BYTES,
    true,
  );
}

function runBytes(usage: UsageFields, index: number | null | undefined): Uint8Array | undefined {
  const at = (index ?? 0) * RUN_BYTES;
  return hasRun(usage, index ?? 0) ? usage.runs?.slice(at, at + RUN_BYTES) : undefined;
}
