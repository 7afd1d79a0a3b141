/** What a report says of use, as rows of cumulative facts. Pure. */
import {
  type CoverageFields,
  decodeSlots,
  type UsageDigestFields,
  type UsageRecordFields,
} from '@fleetmeter/proto';
import { type FactRow, SLOT_ORDER } from '../clickhouse/fact-tables.ts';

/** Judge it first, see validate/usage-record.ts. `user`: keyed again here. */
export function usageRow(
  record: UsageRecordFields,
  of: { epochNo: number; executableNo: number; user: Uint8Array; run: bigint },
): FactRow<'usage'> {
  const { user, autostart, service, scheduler, unknown } = record.launches ?? {};
  return {
    day: record.day ?? 0,
    epoch_no: of.epochNo,
    executable_no: of.executableNo,
    user: of.user,
    run: of.run,
    generation: record.generation ?? 0,
    seconds: record.seconds ?? 0,
    launches_user: user ?? 0,
    launches_autostart: autostart ?? 0,
    launches_service: service ?? 0,
    launches_scheduler: scheduler ?? 0,
    launches_unknown: unknown ?? 0,
    foreground_seconds: record.foregroundSeconds ?? -1,
    locked_seconds: record.lockedSeconds ?? -1,
    ...markColumns(record),
  };
}

export function coverageRow(
  coverage: CoverageFields,
  of: { epochNo: number; run: bigint },
): FactRow<'coverage'> {
  return {
    day: coverage.day ?? 0,
    epoch_no: of.epochNo,
    run: of.run,
    seconds: coverage.seconds ?? 0,
    unobserved_seconds: coverage.unobservedSeconds ?? 0,
    interactive_seconds: coverage.interactiveSeconds ?? -1,
  };
}

/** `sequence` of the report that says it: the newest counts. */
export function usageDigestRow(
  digest: UsageDigestFields,
  of: { epochNo: number; run: bigint; sequence: number },
): FactRow<'usage_digests'> {
  return {
    day: digest.day ?? 0,
    epoch_no: of.epochNo,
    run: of.run,
    version: of.sequence,
    records: digest.records ?? 0,
    seconds: digest.seconds ?? 0,
    launches: digest.launches ?? 0,
    marks: digest.marks ?? 0,
    coverage_seconds: digest.coverageSeconds ?? 0,
  };
}

/** Marks of which none is told have no order: what is told later decides. */
function markColumns({ slots, slotsChronological }: UsageRecordFields) {
  const marks = decodeSlots(slots ?? new Uint8Array(0)) ?? [];
  const order = slotsChronological ? SLOT_ORDER.ofTheDay : SLOT_ORDER.ofTheDevice;
  return { ...slotWords(marks), slot_order: marks.length === 0 ? SLOT_ORDER.none : order };
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
