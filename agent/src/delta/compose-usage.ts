/** Usage rows to their place on the wire: runs and users by index, marks in the device's secret order, or in true order where that is to be told. Pure. */
import {
  type CoverageFields,
  encodeIdList,
  encodeSlots,
  type UsageFields,
  type UsageRecordFields,
} from '@fleetmeter/proto';
import { listSlots } from '../usage/slots.ts';
import type { CoverageRow, UsageRow } from '../usage/usage-values.ts';
import type { UsageDigest } from './usage-digest.ts';

export interface TellableUsage extends UsageRow {
  acknowledgedSlots: Uint8Array;
  /** See usage/slot-order.ts. */
  inOrder?: boolean;
  /** Undefined: not known, or not to be told yet. */
  foregroundSeconds?: number | undefined;
  lockedSeconds?: number | undefined;
}

export interface UsageInput {
  records: readonly TellableUsage[];
  coverage: readonly CoverageRow[];
  digests: readonly UsageDigest[];
  /** See usage/slot-permutation.ts. */
  permutation: (day: number) => Uint16Array;
}

/** Of each, in one report: as the collector bounds them. */
const MOST_RUNS = 1_000;
const MOST_USERS = 1_000;

/**
 * As many of the first records, then of the first coverage, then of the first digests, as one report may refer to
 * runs and users of. Digests are chosen when it is known what else the report holds.
 */
export function fittingUsage<
  R extends { run: string; user: string },
  C extends { run: string },
  D extends { run: string },
>(
  records: readonly R[],
  coverage: readonly C[],
  digests: (rows: readonly (R | C)[]) => readonly D[],
): { records: R[]; coverage: C[]; digests: D[] } {
  const runs = new Set<string>();
  const users = new Set<string>();
  const tooMany = ({ run, user }: { run: string; user?: string }): boolean => {
    runs.add(run);
    if (user !== undefined) users.add(user);
    return runs.size > MOST_RUNS || users.size > MOST_USERS;
  };
  const firsts = <T extends { run: string; user?: string }>(rows: readonly T[]): T[] => {
    const end = rows.findIndex(tooMany);
    return rows.slice(0, end < 0 ? rows.length : end);
  };
  const chosen = { records: firsts(records), coverage: firsts(coverage) };
  return { ...chosen, digests: firsts(digests([...chosen.records, ...chosen.coverage])) };
}

/** Undefined when there is nothing to tell. */
export function composeUsage({
  records,
  coverage,
  digests,
  permutation,
}: UsageInput): UsageFields | undefined {
  if (records.length + coverage.length + digests.length === 0) return undefined;
  const runs = new Places();
  const users = new Places();
  return {
    records: records.map((row) => ({
      ...recordFields(row, permutation(row.day)),
      run: runs.of(row.run),
      user: users.of(row.user),
    })),
    coverage: coverage.map(({ run, ...row }) => ({ ...coverageFields(row), run: runs.of(run) })),
    digests: digests.map(({ day, run, records, seconds, launches, marks, coverageSeconds }) => ({
      ...{ day, run: runs.of(run), records, seconds, launches, marks, coverageSeconds },
    })),
    runs: Buffer.from(runs.all().join(''), 'hex'),
    users: users.all().map((user) => Buffer.from(user, 'hex')),
  };
}

function recordFields(row: TellableUsage, permutation: Uint16Array): UsageRecordFields {
  const marks = listSlots(row.slots, row.acknowledgedSlots);
  const slots = row.inOrder ? marks : marks.map((slot) => permutation[slot] as number);
  return {
    day: row.day,
    executableId: encodeIdList([row.executableId]),
    seconds: row.seconds,
    launches: row.launches,
    ...(row.foregroundSeconds !== undefined && { foregroundSeconds: row.foregroundSeconds }),
    ...(row.lockedSeconds !== undefined && { lockedSeconds: row.lockedSeconds }),
    slots: encodeSlots(slots.sort((a, b) => a - b)),
    ...(row.inOrder && { slotsChronological: true }),
  };
}

function coverageFields(row: Omit<CoverageRow, 'run'>): CoverageFields {
  const { day, seconds, unobservedSeconds, interactiveSeconds } = row;
  return { day, seconds, unobservedSeconds, ...(interactiveSeconds !== undefined && { interactiveSeconds }) };
}

/** Numbers distinct texts in order of first use. */
class Places {
  readonly #places = new Map<string, number>();
  of(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.#places.set(text, this.#places.size);
    return this.#places.size - 1;
  }
  all(): string[] {
    return [...this.#places.keys()];
  }
}
