/**
 * What a run of all suites comes to. Pure: the task runner's summary and the test results go in, lines come out.
 *
 * Two things must never look like success: a suite that did not run at all, and one that ended badly without a
 * failed test to show for it (a file that does not load, an error after the last test). Both count as failed.
 */

/** One task as turbo's run summary describes it; `execution` is absent when it never started. */
export interface RunTask {
  taskId: string;
  task: string;
  directory: string;
  command: string;
  cache?: { status: string };
  execution?: { startTime: number; endTime: number; exitCode?: number | null };
}

/** The part of vitest's JSON report that is counted. */
export interface TestReport {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: readonly {
    name: string;
    status: string;
    startTime: number;
    endTime: number;
    assertionResults: readonly { status: string }[];
  }[];
}

export interface SuiteTally {
  name: string;
  seconds: number;
  passed: number;
  failed: number;
  skipped: number;
  /** Why a suite failed beyond its failed tests. */
  remark?: string;
}

/** The task runner leaves out what it never came to; whoever must have tests is put back as not run. */
export function withUntried(
  tasks: readonly RunTask[],
  workspaces: readonly { name: string; directory: string }[],
): RunTask[] {
  const untried = workspaces
    .filter(({ directory }) => !tasks.some((task) => task.task === 'test' && task.directory === directory))
    .map(({ name, directory }) => ({ taskId: `${name}#test`, task: 'test', directory, command: '' }));
  return [...tasks, ...untried];
}

const NO_SCRIPT = '<NONEXISTENT>';

/** One line's worth of numbers per task. `reportOf` gives the test report a task left, undefined for none. */
export function tallySuites(
  tasks: readonly RunTask[],
  reportOf: (directory: string) => TestReport | undefined,
): SuiteTally[] {
  return tasks
    .filter((task) => task.command !== NO_SCRIPT || task.task === 'test')
    .map((task) => tallySuite(task, task.task === 'test' ? reportOf(task.directory) : undefined));
}

function tallySuite(task: RunTask, report: TestReport | undefined): SuiteTally {
  const suite = { name: task.taskId, seconds: secondsOf(task), passed: 0, failed: 0, skipped: 0 };
  if (task.command === NO_SCRIPT) return { ...suite, failed: 1, remark: 'has no test script' };
  const ended = task.execution?.exitCode ?? (task.cache?.status === 'HIT' ? 0 : undefined);
  if (ended === undefined) return { ...suite, failed: 1, remark: 'did not run' };
  if (task.task !== 'test')
    return ended === 0 ? { ...suite, passed: 1 } : { ...suite, failed: 1, remark: `exit ${ended}` };
  if (!report) return { ...suite, failed: 1, remark: 'left no results' };
  const failed = report.numFailedTests + filesThatDidNotLoad(report);
  const counted = {
    ...suite,
    passed: report.numPassedTests,
    failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
  if (failed > 0 || (ended === 0 && report.success)) return counted;
  return { ...counted, failed: 1, remark: `exit ${ended} although no test failed` };
}

function filesThatDidNotLoad(report: TestReport): number {
  return report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
}

function secondsOf(task: RunTask): number {
  return task.execution ? (task.execution.endTime - task.execution.startTime) / 1000 : 0;
}

/** The table, slow files below their suite, and the totals as the last line. */
export function tallyLines(
  suites: readonly SuiteTally[],
  reportOf: (suite: SuiteTally) => TestReport | undefined,
): string[] {
  const lines = suites.flatMap((suite) => {
    const outcome = [`${suite.passed} passed`, `${suite.failed} failed`];
    if (suite.skipped > 0) outcome.push(`${suite.skipped} skipped`);
    const remark = suite.remark ? ` (${suite.remark})` : '';
    return [
      `${suite.seconds.toFixed(1).padStart(7)} s  ${suite.name}: ${outcome.join(', ')}${remark}`,
      ...slowFiles(reportOf(suite)),
    ];
  });
  return [...lines, '', totalsLine(suites)];
}

const SLOW_FILE_MS = 2_000;

function slowFiles(report: TestReport | undefined): string[] {
  const slow = report?.testResults.filter((file) => file.endTime - file.startTime >= SLOW_FILE_MS) ?? [];
  return slow
    .sort((a, b) => b.endTime - b.startTime - (a.endTime - a.startTime))
    .map(
      (file) =>
        `${((file.endTime - file.startTime) / 1000).toFixed(1).padStart(17)} s  ${shortName(file.name)}`,
    );
}

function shortName(path: string): string {
  return path.split('/').slice(-3).join('/');
}

/** `N passed, N failed`, followed by `, N skipped` when any was. */
export function totalsLine(suites: readonly SuiteTally[]): string {
  const sum = (key: 'passed' | 'failed' | 'skipped') =>
    suites.reduce((total, suite) => total + suite[key], 0);
  const skipped = sum('skipped');
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
