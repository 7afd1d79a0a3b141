import { expect, test } from 'vitest';
import { type RunTask, type TestReport, tallyLines, tallySuites, totalsLine, withUntried } from './tally.ts';

const task = (over: Partial<RunTask> = {}): RunTask => ({
  taskId: '@fleetmeter/proto#test',
  task: 'test',
  directory: 'proto',
  command: 'vitest run',
  execution: { startTime: 1_000, endTime: 3_500, exitCode: 0 },
  ...over,
});

const report = (over: Partial<TestReport> = {}): TestReport => ({
  success: true,
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...over,
});

const total = (tasks: RunTask[], found?: TestReport) => totalsLine(tallySuites(tasks, () => found));

test('tests are added up over the suites, and a check counts as one', () => {
  const check = task({ taskId: '//#lint:check', task: 'lint:check', command: 'biome check .' });
  expect(total([task(), task(), check], report())).toBe('7 passed, 0 failed');
});

test('skipped and unwritten tests are named, and only when there are any', () => {
  expect(total([task()], report({ numPendingTests: 2, numTodoTests: 1 }))).toBe(
    '3 passed, 0 failed, 3 skipped',
  );
});

test('a suite that never ran is a failure', () => {
  const { execution: _, ...neverRan } = task();
  expect(total([neverRan], report())).toBe('0 passed, 1 failed');
});

test('a suite that the task runner never came to is put back, and a failure', () => {
  const workspaces = [
    { name: '@fleetmeter/proto', directory: 'proto' },
    { name: '@fleetmeter/agent', directory: 'agent' },
  ];
  const tasks = withUntried([task()], workspaces);
  expect(tasks.map(({ taskId }) => taskId)).toEqual(['@fleetmeter/proto#test', '@fleetmeter/agent#test']);
  expect(total(tasks, report())).toBe('3 passed, 1 failed');
});

test('a suite that left no results is a failure even with exit code 0', () => {
  expect(total([task()], undefined)).toBe('0 passed, 1 failed');
});

test('a workspace without a test script is a failure, without a typecheck script it is nothing', () => {
  expect(total([task({ command: '<NONEXISTENT>' })], report())).toBe('0 passed, 1 failed');
  expect(total([task({ task: 'typecheck', command: '<NONEXISTENT>' })])).toBe('0 passed, 0 failed');
});

test('a file that does not load counts, although it has no failed test', () => {
  const broken = { name: '/a/b/c.test.ts', status: 'failed', startTime: 0, endTime: 1, assertionResults: [] };
  expect(total([task()], report({ success: false, testResults: [broken] }))).toBe('3 passed, 1 failed');
});

test('a bad exit code counts when every test passed, and not twice when one failed', () => {
  const bad = task({ execution: { startTime: 0, endTime: 1, exitCode: 1 } });
  expect(total([bad], report({ success: false }))).toBe('3 passed, 1 failed');
  expect(total([bad], report({ success: false, numFailedTests: 2 }))).toBe('3 passed, 2 failed');
});

test('a build taken from the cache has passed', () => {
  const { execution: _, ...cached } = task({ task: 'build', cache: { status: 'HIT' } });
  expect(total([cached])).toBe('1 passed, 0 failed');
});

test('the last line is the totals alone; a suite has its seconds, a slow file its own', () => {
  const slow = {
    name: '/r/collector/src/engine/engine.test.ts',
    status: 'passed',
    startTime: 0,
    endTime: 4_000,
    assertionResults: [],
  };
  const lines = tallyLines(
    tallySuites([task()], () => report()),
    () => report({ testResults: [slow] }),
  );
  expect(lines).toEqual([
    '    2.5 s  @fleetmeter/proto#test: 3 passed, 0 failed',
    '              4.0 s  src/engine/engine.test.ts',
    '',
    '3 passed, 0 failed',
  ]);
});
