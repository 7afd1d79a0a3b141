import { expect, test } from 'vitest';
import { budgetProblems, type CostBudget, overspent } from './cost-budget.ts';

const HOUR = 3600;
const budget: CostBudget = { cpuPercent: 10, peakMebibytes: 128, sentMebibytesPerDay: 8 };
const modest = { uptimeSeconds: HOUR, cpuMilliseconds: 300_000, peakKib: 120 * 1024, sentKib: 7 * 1024 };
const over = (more: Partial<typeof modest>, of = budget) =>
  overspent({ ...modest, ...more }, of).map(({ what }) => what);

test.each([
  ['all is within it', {}, []],
  ['CPU is above it', { cpuMilliseconds: 361_000 }, ['cpu']],
  ['CPU is that of the start', { uptimeSeconds: 60, cpuMilliseconds: 9_000 }, []],
  ['memory was above it once', { peakKib: 129 * 1024 }, ['memory']],
  ['more was sent in the first hour than in a day', { sentKib: 9 * 1024 }, ['sent']],
  ['more was sent than that, in two days', { uptimeSeconds: 48 * HOUR, sentKib: 15 * 1024 }, []],
  ['all is above it', { cpuMilliseconds: 1e9, peakKib: 1e9, sentKib: 1e9 }, ['cpu', 'memory', 'sent']],
])('when %s', (_, more, expected) => {
  expect(over(more)).toEqual(expected);
});

test('who sets no bound is told of none', () => {
  const none = { cpuPercent: undefined, peakMebibytes: undefined, sentMebibytesPerDay: undefined };
  expect(over({ cpuMilliseconds: 1e9, peakKib: 1e9, sentKib: 1e9 }, none)).toEqual([]);
});

test('a problem says both figures and what to do', () => {
  const [problem] = budgetProblems(overspent({ ...modest, cpuMilliseconds: 720_000 }, budget));
  expect(problem).toMatchObject({ code: 'budget-cpu', severity: 'warning' });
  expect(problem?.title).toContain('20.0 % of a core');
  expect(problem?.title).toContain('10 %');
  expect(problem?.advice).not.toBe('');
});
