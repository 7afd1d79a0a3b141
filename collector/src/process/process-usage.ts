/** Usage records become rows of cumulative facts; a bad one goes aside alone. */
import { createHmac } from 'node:crypto';
import { decodeSlots, type Report, type UsageFields, UsageRecord } from '@fleetmeter/proto';
import type { ControlStore } from '../control/control-store.ts';
import type { StreamRecord } from '../stream/stream.ts';
import { usageDigestFault } from '../validate/usage-digest.ts';
import { coverageFault, type RecordFault, usageRecordFault } from '../validate/usage-record.ts';
import type { RangeEffects } from './range-effects.ts';
import type { ReportToProcess } from './report-to-process.ts';
import { wantMissingEvidence } from './want-evidence.ts';

/** What rows made of one report's usage have in common. */
interface UsageContext {
  report: Report;
  source: StreamRecord;
  epochNo: number;
  effects: RangeEffects;
  /** The run that an index into Usage.runs names. */
  runOf: (index: number | null | undefined) => bigint;
}

export function processUsage(
  { report, source, interned }: ReportToProcess,
  epochNo: number,
  control: ControlStore,
  effects: RangeEffects,
): void {
  const usage = report.usage;
  if (!usage) return;
  const runs = usage.runs ?? new Uint8Array(0);
  const runIds = new DataView(runs.buffer, runs.byteOffset, runs.byteLength);
  const runOf = (index: number | null | undefined): bigint => runIds.getBigUint64((index ?? 0) * 8, true);
  // The key never leaves the collector: a device's own pseudonym cannot be followed into the tables.
  const users = (usage.users ?? []).map((user) =>
    createHmac('sha256', control.userKey).update(user).digest().subarray(0, 16),
  );
  const { ids, numbers } = interned.used;
  // Of a record that is put aside nobody has to know what it was.
  const good = numbers.slice();
  for (const [index, record] of (usage.records ?? []).entries()) {
    const fault = usageRecordFault(record, usage, source.receivedAt);
    if (fault) {
      good[index] = 0;
      const bytes = UsageRecord.encode(record).finish();
      effects.quarantine(source, fault.reason, fault.detail, report.sequence, bytes);
      continue;
    }
    const day = record.day ?? 0;
    effects.facts.add('usage', {
      day,
      epoch_no: epochNo,
      executable_no: numbers[index] as number,
      user: users[record.user ?? 0] as Uint8Array,
      run: runOf(record.run),
      generation: record.generation ?? 0,
      seconds: record.seconds ?? 0,
      launches_user: record.launches?.user ?? 0,
      launches_autostart: record.launches?.autostart ?? 0,
      launches_service: record.launches?.service ?? 0,
      launches_scheduler: record.launches?.scheduler ?? 0,
      launches_unknown: record.launches?.unknown ?? 0,
      foreground_seconds: record.foregroundSeconds ?? -1,
      locked_seconds: record.lockedSeconds ?? -1,
      ...slotWords(decodeSlots(record.slots ?? new Uint8Array(0)) ?? []),
    });
    effects.markDayDirty(day);
  }
  const missing = wantMissingEvidence({ ids, numbers: good }, source, control, effects);
  for (const position of missing)
    effects.usedUndescribed(numbers[position] as number, usage.records?.[position]?.day ?? 0);
  const context = { report, source, epochNo, effects, runOf };
  addCoverage(context, usage);
  addDigests(context, usage);
}

function addCoverage({ report, source, epochNo, runOf, effects }: UsageContext, usage: UsageFields): void {
  for (const coverage of usage.coverage ?? []) {
    if (isPutAside(coverageFault(coverage, usage, source.receivedAt), source, report, effects)) continue;
    effects.facts.add('coverage', {
      day: coverage.day ?? 0,
      epoch_no: epochNo,
      run: runOf(coverage.run),
      seconds: coverage.seconds ?? 0,
    });
  }
}

/** What the device says it has of closed days, for the audit. */
function addDigests({ report, source, epochNo, runOf, effects }: UsageContext, usage: UsageFields): void {
  for (const digest of usage.digests ?? []) {
    if (isPutAside(usageDigestFault(digest, usage, source.receivedAt), source, report, effects)) continue;
    effects.facts.add('usage_digests', {
      day: digest.day ?? 0,
      epoch_no: epochNo,
      run: runOf(digest.run),
      version: report.sequence,
      records: digest.records ?? 0,
      seconds: digest.seconds ?? 0,
      launches: digest.launches ?? 0,
      marks: digest.marks ?? 0,
      coverage_seconds: digest.coverageSeconds ?? 0,
    });
  }
}

function isPutAside(
  fault: RecordFault | undefined,
  source: StreamRecord,
  report: Report,
  effects: RangeEffects,
): boolean {
  if (fault) effects.quarantine(source, fault.reason, fault.detail, report.sequence, new Uint8Array(0));
  return fault !== undefined;
}

/** 288 marks as five 64-bit words: no ClickHouse integer holds 288 bits, and groupBitOr takes integers only. */
function slotWords(
  slots: readonly number[],
): Record<'slots_0' | 'slots_1' | 'slots_2' | 'slots_3' | 'slots_4', bigint> {
  const words: [bigint, bigint, bigint, bigint, bigint] = [0n, 0n, 0n, 0n, 0n];
  for (const slot of slots) {
    const word = slot >> 6;
    words[word] = (words[word] as bigint) | (1n << BigInt(slot & 63));
  }
  return { slots_0: words[0], slots_1: words[1], slots_2: words[2], slots_3: words[3], slots_4: words[4] };
}
