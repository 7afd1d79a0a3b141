/**
 * `npm run bench -- NAME [--flag N ...] [--json]`: runs one benchmark on this machine and prints its figures.
 * Without a name it lists them. Exit code 1 when a benchmark could not run or its result was wrong; a missed
 * target is printed and is no failure: it is what the run was for.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { BENCHES } from './benches.ts';
import { figuresTable } from './figures-table.ts';

const [name, ...args] = process.argv.slice(2);
const bench = BENCHES.find((each) => each.name === name);
if (bench) process.exitCode = await runBench(bench, args);
else {
  console.log(`usage: npm run bench -- NAME [flags] [--smoke] [--json]\n`);
  for (const each of BENCHES) console.log(usageOf(each));
  process.exitCode = name === undefined || name === '--help' ? 0 : 2;
}

function usageOf({ name, about, flags }: Bench): string {
  const lines = Object.entries(flags).map(
    ([flag, { meaning, default: value }]) => `    --${flag} ${value}  ${meaning}`,
  );
  return [`${name}: ${about}`, ...lines, ''].join('\n');
}

async function runBench(bench: Bench, args: readonly string[]): Promise<number> {
  const options = Object.fromEntries(
    Object.keys(bench.flags).map((flag) => [flag, { type: 'string' }] as const),
  );
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        ...options,
        json: { type: 'boolean' },
        smoke: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }));
  } catch (error) {
    console.error(`bench ${bench.name}: ${(error as Error).message}\n\n${usageOf(bench)}`);
    return 2;
  }
  if (values.help) {
    console.log(usageOf(bench));
    return 0;
  }
  const missing = (bench.needs ?? []).filter(([program]) => spawnSync('which', [program]).status !== 0);
  if (missing.length > 0) {
    console.error(
      `bench ${bench.name}: not here: ${missing.map(([program]) => program).join(', ')}; apt-get install ${missing.map(([, debian]) => debian).join(' ')}`,
    );
    return 1;
  }
  const flags: Record<string, number> = {};
  for (const [flag, { default: usual }] of Object.entries(bench.flags)) {
    const given = values[flag];
    const value = given === undefined ? ((values.smoke && bench.smoke[flag]) ?? usual) : Number(given);
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
      console.error(`bench ${bench.name}: --${flag} must be a number, not "${given}"`);
      return 2;
    }
    flags[flag] = value;
  }
  try {
    const figures = await bench.run(flags, (progress) => process.stderr.write(`${progress}\n`));
    console.log(values.json ? JSON.stringify({ bench: bench.name, figures }) : figuresTable(figures));
    return 0;
  } catch (error) {
    console.error(`bench ${bench.name}: ${(error as Error).stack}`);
    return 1;
  }
}
