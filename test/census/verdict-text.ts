/** The verdict for people. */
import type { Difference } from './compare-executables.ts';
import type { Verdict } from './judge.ts';

const SHOWN_PACKAGES = ['git', 'bash', 'coreutils'];
const SHOWN_AT_MOST = 20;

export function verdictText(verdict: Verdict, all: boolean): string {
  const unexplained = verdict.differences.filter(({ explanation }) => explanation === undefined);
  const explained = verdict.differences.filter(({ explanation }) => explanation !== undefined);
  return [
    `device ${verdict.device}, newest report ${new Date(verdict.reportedAt).toISOString()}`,
    `here   ${verdict.here} executables (${verdict.files} program files)`,
    `there  ${verdict.there} rows`,
    ...section(
      'not counted',
      all
        ? verdict.notCounted.map(({ path, reason }) => `${path}: ${reason}`)
        : notCountedInShort(verdict.notCounted),
      all,
    ),
    ...section('explained', explained.map(differenceText), all),
    ...section('UNEXPLAINED', unexplained.map(differenceText), true),
    ...packageLines(verdict),
    unexplained.length === 0
      ? 'The tables agree with this computer.'
      : `The tables disagree with this computer: ${unexplained.length} unexplained.`,
  ].join('\n');
}

/** One line for a reason that many have; single ones by name. */
function notCountedInShort(notCounted: Verdict['notCounted']): string[] {
  const kindOf = (reason: string): string => reason.replace(/\bas \/.*?(?=[:,]|$)/, 'as another file');
  return [...Map.groupBy(notCounted, ({ reason }) => kindOf(reason))].map(([kind, [first, ...others]]) =>
    others.length === 0
      ? `${first?.path}: ${first?.reason}`
      : `${others.length + 1} files: ${kind}, the first ${first?.path}`,
  );
}

function differenceText({ kind, path, here, there, expected, explanation }: Difference): string {
  const raw = expected?.files[0]?.path;
  const file = raw === undefined || raw === path ? '' : ` (${raw})`;
  return `${kind}: ${path}${file}: here ${here}, there ${there}${explanation ? `: ${explanation}` : ''}`;
}

function section(title: string, lines: string[], all: boolean): string[] {
  if (lines.length === 0) return [];
  const shown = all ? lines : lines.slice(0, SHOWN_AT_MOST);
  const rest = lines.length - shown.length;
  return [
    `${title}: ${lines.length}`,
    ...shown.map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} more (--all)`] : []),
  ];
}

function packageLines({ packages }: Verdict): string[] {
  if (packages.length === 0) return [];
  const right = packages.filter(({ dpkg, table }) => dpkg === table).length;
  return [
    `packages with programs: ${packages.length}, ${right} in dpkg's version`,
    ...packages
      .filter(({ name }) => SHOWN_PACKAGES.includes(name))
      .map(({ name, dpkg, table }) => `  ${name}: dpkg ${dpkg}, table ${table || 'nothing'}`),
  ];
}
