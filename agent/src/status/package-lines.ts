/** The package databases in `status` for people. */
import type { PackageDatabaseStatus } from '../evidence/package-owner.ts';

/** Which databases say what package a file belongs to. A status of an earlier agent has none. */
export function packageLines(databases: PackageDatabaseStatus[] = []): [string, string][] {
  const each = databases
    .filter(({ state }) => state !== 'absent')
    .map(({ manager, state, packages, paths, leftOut, reason }) => {
      const size = [
        `${packages} packages`,
        ...(paths > 0 ? [`${paths} files`] : []),
        ...(leftOut > 0 ? [`${leftOut} left out`] : []),
      ];
      const known = state === 'loaded' ? size.join(', ') : state === 'failed' ? 'failed' : 'not read';
      return `${manager} (${reason === undefined ? known : `${known}: ${reason}`})`;
    });
  return [['packages', each.join('; ') || 'no package database']];
}
