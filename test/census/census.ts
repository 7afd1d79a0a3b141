/**
 * An independent count of this computer's programs, compared with what fleetmeter's tables say of it. Nothing here
 * comes from agent, collector or proto: what both sides took from one source would agree even where it is wrong.
 */
import { statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { dpkgDatabase } from './dpkg-owners.ts';
import { HomeRules } from './home-rules.ts';
import { judge, type Verdict } from './judge.ts';
import { Mounts } from './mounts.ts';
import { type EarlierHashes, findPrograms } from './program-files.ts';
import { askOver, askTables, CensusError } from './table-answer.ts';
import { takeCensus } from './take-census.ts';
import { homesOfPeople, outermost, realFolder, usualRoots } from './usual-roots.ts';
import { verdictText } from './verdict-text.ts';

const HELP = `Counts the programs of this computer and compares with the tables of a running fleetmeter.

  npm run census -- [options]

  --roots <folders>         separated by colons; default: those the agent has by default
  --sql-port <n>            FLEETMETER_SQL_PORT; default 8123
  --device <id>             which device this computer is, when several report
  --patience-seconds <n>    look again for so long while something differs; default 30
  --all                     every line of every list
  --json                    the verdict as JSON

Exit code 0: the tables agree; 1: a difference without an explanation; 2: no census could be taken.`;

const BETWEEN_LOOKS_MS = 3_000;

interface Options {
  roots: string[];
  /** Those of them that somebody named. */
  named: string[];
  homes: string[];
  sqlPort: number;
  device?: string;
  patienceMs: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      roots: { type: 'string' },
      'sql-port': { type: 'string' },
      device: { type: 'string' },
      'patience-seconds': { type: 'string', default: '30' },
      all: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const homes = homesOfPeople();
  const named = values.roots === undefined ? [] : namedRoots(values.roots);
  const verdict = await verdictWithPatience({
    roots: values.roots === undefined ? usualRoots(homes) : named,
    named,
    homes,
    sqlPort: wholeNumber('--sql-port', values['sql-port'] ?? (process.env.FLEETMETER_SQL_PORT || '8123')),
    ...(values.device !== undefined && { device: values.device }),
    patienceMs: wholeNumber('--patience-seconds', values['patience-seconds']) * 1000,
  });
  console.log(values.json ? JSON.stringify(verdict, null, 2) : verdictText(verdict, values.all));
  return verdict.agrees ? 0 : 1;
}

/** Both sides move while they are looked at: only a difference that stays is one. */
async function verdictWithPatience({
  roots,
  named,
  homes,
  sqlPort,
  device,
  patienceMs,
}: Options): Promise<Verdict> {
  const ask = askOver(sqlPort);
  const earlier: EarlierHashes = new Map();
  const endMs = performance.now() + patienceMs;
  for (;;) {
    const found = findPrograms(roots, Mounts.ofThisComputer(), earlier, new HomeRules(homes, named));
    const census = takeCensus(found, homes, dpkgDatabase());
    const answer = await askTables(ask, { hostname: hostname(), ...(device !== undefined && { device }) });
    const verdict = judge(census, answer, nearestFolderChangedAt);
    if (verdict.agrees || performance.now() + BETWEEN_LOOKS_MS > endMs) return verdict;
    await sleep(BETWEEN_LOOKS_MS);
  }
}

function nearestFolderChangedAt(path: string): number {
  try {
    return statSync(dirname(path)).mtimeMs;
  } catch {
    return path === '/' ? 0 : nearestFolderChangedAt(dirname(path));
  }
}

function namedRoots(text: string): string[] {
  return outermost(
    text.split(':').map((root) => {
      const real = realFolder(root);
      if (real === undefined) throw new CensusError(`there is no folder ${root}`);
      return real;
    }),
  );
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new CensusError(`${name} must be a whole number, not ${text}`);
  return Number(text);
}

try {
  process.exitCode = await main();
} catch (error) {
  const expected =
    error instanceof CensusError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  console.error(`census: ${expected ? (error as Error).message : (error as Error).stack}`);
  process.exitCode = 2;
}
