/** Where the census and the table differ, row by row. Pure. */
import { type Census, type Executable, type ExpectedExecutable, keyOf } from './take-census.ts';

export type DifferenceKind =
  | 'missing row'
  | 'extra row'
  | 'wrong hash'
  | 'wrong application'
  | 'wrong version'
  | 'wrong count';

export interface Difference {
  kind: DifferenceKind;
  /** Normalised path, or the name of what differs. */
  path: string;
  here: string;
  there: string;
  expected?: ExpectedExecutable;
  row?: Executable;
  /** Why the difference is none; undefined: it fails the census. */
  explanation?: string;
}

export function compareExecutables({ executables }: Census, rows: readonly Executable[]): Difference[] {
  const left = countedRows(rows);
  const missing = executables.filter((expected) => !takeRow(left, expected));
  const extra = [...left.values()].flat();
  const differences: Difference[] = [];
  for (const expected of missing) {
    const at = pairOf(expected, missing, extra);
    const row = at === undefined ? undefined : extra.splice(at, 1)[0];
    differences.push(row ? differing(expected, row) : missingRow(expected));
  }
  return [...differences, ...extra.map(extraRow)];
}

function countedRows(rows: readonly Executable[]): Map<string, Executable[]> {
  return Map.groupBy(rows, keyOf);
}

/** Takes the row from those that are left: two rows of one executable are one too many. */
function takeRow(left: Map<string, Executable[]>, expected: ExpectedExecutable): boolean {
  const keys = [expected, ...expected.alternatives.map((other) => ({ ...expected, ...other }))].map(keyOf);
  return keys.some((key) => left.get(key)?.pop() !== undefined);
}

/** The row that is this executable told wrongly: the same content, or the only other one at the path. */
function pairOf(
  { path, sha256 }: ExpectedExecutable,
  missing: readonly Executable[],
  extra: readonly Executable[],
): number | undefined {
  const same = extra.findIndex((row) => row.path === path && row.sha256 === sha256);
  if (same >= 0) return same;
  const here = missing.filter((one) => one.path === path);
  const there = extra.filter((row) => row.path === path);
  return here.length === 1 && there.length === 1 ? extra.indexOf(there[0] as Executable) : undefined;
}

function differing(expected: ExpectedExecutable, row: Executable): Difference {
  const common = { path: expected.path, expected, row };
  if (row.sha256 !== expected.sha256)
    return { kind: 'wrong hash', here: expected.sha256, there: row.sha256 || 'none yet', ...common };
  if (row.application !== expected.application)
    return { kind: 'wrong application', here: named(expected), there: named(row), ...common };
  return { kind: 'wrong version', here: expected.version, there: row.version, ...common };
}

function missingRow(expected: ExpectedExecutable): Difference {
  const here = `${expected.sha256} of ${named(expected)}`;
  return { kind: 'missing row', path: expected.path, here, there: 'nothing', expected };
}

function extraRow(row: Executable): Difference {
  return {
    kind: 'extra row',
    path: row.path,
    here: 'nothing',
    there: `${row.sha256} of ${named(row)}`,
    row,
  };
}

function named({ application, version }: Executable): string {
  return version === '' ? application : `${application} ${version}`;
}
