/** Whether `fleetmeter.applications` names each package with programs once, in the version that dpkg has. Pure. */
import type { Difference } from './compare-executables.ts';
import type { TableAnswer } from './table-answer.ts';
import type { Census } from './take-census.ts';

export interface PackageLine {
  name: string;
  dpkg: string;
  table: string;
}

export interface PackageComparison {
  compared: PackageLine[];
  differences: Difference[];
}

export function comparePackages(
  { executables, versionsOf }: Census,
  { applications, alone }: TableAnswer,
): PackageComparison {
  const byName = Map.groupBy(applications, ({ name }) => name);
  const names = executables.flatMap(({ packaged, application }) => (packaged ? [application] : []));
  const comparison: PackageComparison = { compared: [], differences: [] };
  for (const name of [...new Set(names)].sort()) {
    const right = versionsOf(name);
    const there = (byName.get(name) ?? []).map(({ version }) => version);
    const line = { name, dpkg: right.join(', '), table: there.join(', ') };
    comparison.compared.push(line);
    // Other computers may have other versions; this one's must be among them.
    const agree = alone
      ? there.length > 0 && there.length <= right.length && there.every((version) => right.includes(version))
      : there.some((version) => right.includes(version));
    if (!agree)
      comparison.differences.push({
        kind: 'wrong version',
        path: `application ${name}`,
        here: line.dpkg,
        there: line.table || 'nothing',
      });
  }
  return comparison;
}
