/** The verdict: census and tables side by side, every difference with its explanation or without one. */
import { compareExecutables, type Difference } from './compare-executables.ts';
import { comparePackages, type PackageLine } from './compare-packages.ts';
import { explain, type FolderChangedAt } from './explain.ts';
import type { TableAnswer } from './table-answer.ts';
import type { Census } from './take-census.ts';

export interface Verdict {
  agrees: boolean;
  device: string;
  reportedAt: number;
  files: number;
  here: number;
  there: number;
  differences: Difference[];
  /** Files that are no row of their own, and what was not looked into: no differences, but asked about. */
  notCounted: { path: string; reason: string }[];
  packages: PackageLine[];
}

export function judge(census: Census, answer: TableAnswer, folderChangedAt: FolderChangedAt): Verdict {
  const ofRows = compareExecutables(census, answer.executables);
  const ofPackages = comparePackages(census, answer);
  const differences = [...ofRows, ...ofPackages.differences].map((difference) => {
    const explanation = explain(difference, census, answer, folderChangedAt);
    return explanation === undefined ? difference : { ...difference, explanation };
  });
  differences.push(...wrongCounts(answer));
  return {
    agrees: differences.every(({ explanation }) => explanation !== undefined),
    device: answer.device,
    reportedAt: answer.reportedAt,
    files: census.executables.reduce((sum, { files }) => sum + files.length, 0),
    here: census.executables.length,
    there: answer.alone ? answer.count : answer.installed,
    differences,
    notCounted: notCounted(census),
    packages: ofPackages.compared,
  };
}

/** The rows were compared one by one; the counts that people ask for must be counts of these rows. */
function wrongCounts({ alone, count, installed, executables }: TableAnswer): Difference[] {
  const counts: [string, number][] = alone
    ? [
        ['count() of fleetmeter.executables', count],
        ['count() of fleetmeter.installations', installed],
      ]
    : [['count() of fleetmeter.installations', installed]];
  return counts
    .filter(([, there]) => there !== executables.length)
    .map(([path, there]) => ({
      kind: 'wrong count',
      path,
      here: `${executables.length} rows`,
      there: String(there),
    }));
}

function notCounted({ executables, leftOut }: Census): Verdict['notCounted'] {
  const doubles = executables.flatMap(({ files: [first, ...others] }) =>
    others.map(({ path }) => ({
      path,
      reason: `same normalised path and content as ${first?.path}: one executable`,
    })),
  );
  return [...doubles, ...leftOut.map(({ path, reason }) => ({ path, reason }))];
}
