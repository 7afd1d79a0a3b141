/**
 * What `npm test` runs: every check and every workspace's tests, one after the other (suites that start an engine
 * do not share the machine well), all of them even when one fails. Ends with seconds per suite and the totals.
 *
 *     --full   the larger counts of every suite that has them; writes test/results/full.json
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type RunTask, type TestReport, tallyLines, tallySuites, totalsLine, withUntried } from './tally.ts';

const repository = join(import.meta.dirname, '../..');
const results = join(repository, 'test/results');
const summaries = join(repository, '.turbo/runs');
const full = process.argv.includes('--full');
const TASKS = ['lint:check', 'schema:check', 'typecheck', 'build', 'test'];

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const earlier = new Set(summaryFiles());
const code = await runTurbo();
process.exitCode = report(code);

function runTurbo(): Promise<number> {
  const turbo = join(dirname(createRequire(import.meta.url).resolve('turbo/package.json')), 'bin/turbo');
  const options = ['--concurrency=1', '--continue=always', '--summarize'];
  const child = spawn(
    process.execPath,
    [turbo, 'run', ...TASKS, ...options, '--ui=stream', '--log-prefix=none'],
    {
      cwd: repository,
      stdio: 'inherit',
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', ...(full && { FLEETMETER_TEST_FULL: '1' }) },
    },
  );
  return new Promise((resolve) => child.once('exit', (exit) => resolve(exit ?? 1)));
}

function summaryFiles(): string[] {
  try {
    return readdirSync(summaries);
  } catch {
    return [];
  }
}

/** Prints the table; the exit code is 0 only when the task runner and every count agree that all is well. */
function report(code: number): number {
  const summary = summaryFiles().find((name) => !earlier.has(name));
  if (summary === undefined) {
    console.log('\nthe task runner ended before it ran anything\n\n0 passed, 1 failed');
    return 1;
  }
  const run = JSON.parse(readFileSync(join(summaries, summary), 'utf8')) as { tasks: RunTask[] };
  const tasks = withUntried(run.tasks, workspaces());
  const suites = tallySuites(inOrder(tasks), testReport);
  const directoryOf = new Map(tasks.map((task) => [task.taskId, task.task === 'test' ? task.directory : '']));
  const failed = suites.some((suite) => suite.failed > 0);
  if (code !== 0 && !failed)
    suites.push({ name: 'turbo', seconds: 0, passed: 0, failed: 1, skipped: 0, remark: `exit ${code}` });
  if (full) keepFullResults(totalsLine(suites));
  console.log(`\n${tallyLines(suites, (suite) => testReport(directoryOf.get(suite.name) ?? '')).join('\n')}`);
  return failed || code !== 0 ? 1 : 0;
}

function workspaces(): { name: string; directory: string }[] {
  const read = (path: string) => JSON.parse(readFileSync(join(repository, path, 'package.json'), 'utf8'));
  const { workspaces: folders } = read('.') as { workspaces: string[] };
  return folders.map((directory) => ({ name: (read(directory) as { name: string }).name, directory }));
}

function inOrder(tasks: RunTask[]): RunTask[] {
  const start = (task: RunTask) => task.execution?.startTime ?? Number.POSITIVE_INFINITY;
  return tasks.toSorted((a, b) => start(a) - start(b) || a.taskId.localeCompare(b.taskId));
}

function testReport(directory: string): TestReport | undefined {
  try {
    return JSON.parse(readFileSync(join(results, `${directory}.json`), 'utf8')) as TestReport;
  } catch {
    return undefined;
  }
}

function keepFullResults(totals: string): void {
  const commit = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: repository, encoding: 'utf8' });
  const kept = { commit: commit.stdout?.trim() ?? '', date: new Date().toISOString(), totals };
  writeFileSync(join(results, 'full.json'), `${JSON.stringify(kept, undefined, 2)}\n`);
}
