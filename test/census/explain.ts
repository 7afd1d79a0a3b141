/** Which differences are none, because of when or as whom the census looked. Whatever is left fails it. */
import type { Difference } from './compare-executables.ts';
import { MOST_HOME_PROGRAMS } from './home-rules.ts';
import { normalPath } from './normal-path.ts';
import type { LeftOut } from './program-files.ts';
import type { TableAnswer } from './table-answer.ts';
import type { Census, Executable, ExpectedExecutable } from './take-census.ts';

/** What the product has to notice and report a change in. */
const WITHIN_MS = 10_000;

/** When the folder of a path, or the nearest one there still is, last changed: milliseconds since 1970. */
export type FolderChangedAt = (path: string) => number;

export function explain(
  difference: Difference,
  census: Census,
  answer: TableAnswer,
  folderChangedAt: FolderChangedAt,
): string | undefined {
  const { expected, row, kind } = difference;
  const since = answer.reportedAt - WITHIN_MS;
  if (expected && kind !== 'wrong version' && kind !== 'wrong application') {
    const reason = changedSince(expected, since) ?? mountedTwice(expected, census, answer);
    if (reason !== undefined) return reason;
  }
  if (kind === 'missing row' && expected && isBeyondHomes(expected, census))
    return `homes hold ${census.homeFiles} programs to be listed, more than ${MOST_HOME_PROGRAMS}`;
  if (kind === 'extra row' && row) return explainExtra(row, census, since, folderChangedAt);
  if (kind.startsWith('wrong') && census.packagesChangedAt > since)
    return `packages changed after the newest report (${at(census.packagesChangedAt)})`;
  return undefined;
}

function changedSince({ files }: ExpectedExecutable, since: number): string | undefined {
  // Another file of the same executable that is older should have been reported.
  const oldest = Math.min(...files.map(({ changedAt }) => changedAt));
  return oldest > since ? `appeared or changed after the newest report (${at(oldest)})` : undefined;
}

function isBeyondHomes({ files }: ExpectedExecutable, { homes, homeFiles }: Census): boolean {
  const inHome = (path: string): boolean => homes.some((home) => path.startsWith(`${home}/`));
  return homeFiles > MOST_HOME_PROGRAMS && files.every(({ path }) => inHome(path));
}

function mountedTwice(
  { files, sha256 }: ExpectedExecutable,
  { leftOut, homes }: Census,
  { executables }: TableAnswer,
): string | undefined {
  for (const { path, sameAs } of leftOut) {
    const file = files.find((one) => sameAs !== undefined && one.path.startsWith(`${sameAs}/`));
    if (!file || sameAs === undefined) continue;
    const other = normalPath(path + file.path.slice(sameAs.length), homes);
    if (executables.some((row) => row.path === other && row.sha256 === sha256))
      return `listed as ${other}: the same folder, mounted twice`;
  }
  return undefined;
}

function explainExtra(
  row: Executable,
  { leftOut, homes }: Census,
  since: number,
  folderChangedAt: FolderChangedAt,
): string | undefined {
  const covering = leftOut.find(
    (one) => covers(one, row.path, homes) && (one.content === undefined || one.content() === row.sha256),
  );
  if (covering) return covering.path === row.path ? covering.reason : `${covering.path}: ${covering.reason}`;
  // Only of a path that hides nothing can be told which folder it was in.
  if (row.path.startsWith('~/') || row.path.includes('*')) return undefined;
  const changedAt = folderChangedAt(row.path);
  return changedAt > since ? `vanished after the newest report (${at(changedAt)})` : undefined;
}

function covers({ path, folder }: LeftOut, normalised: string, homes: readonly string[]): boolean {
  if (!folder) return normalPath(path, homes) === normalised;
  const inHome = homes.some((home) => path === home || path.startsWith(`${home}/`));
  // Of what is deep in a home only the name is known, so it may be in any folder there.
  return inHome ? normalised.startsWith('~/') : normalised.startsWith(`${path}/`);
}

function at(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
