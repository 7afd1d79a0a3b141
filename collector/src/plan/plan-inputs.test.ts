import { expect, test } from 'vitest';
import { PLAN_INPUTS, PlanInputError, planFlag, readPlanInputs } from './plan-inputs.ts';

test('what is not given has its default, and a default is allowed to be given', () => {
  const inputs = readPlanInputs({});
  expect(inputs).toMatchObject({ devices: 1_000_000, executables: 2000, change: 0.05, cores: 2, load: 0.6 });
  const asText = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, String(value)]));
  expect(readPlanInputs(asText)).toEqual(inputs);
});

test('a share is a percentage or a fraction', () => {
  expect(readPlanInputs({ change: '5%' }).change).toBe(0.05);
  expect(readPlanInputs({ change: '0.05' }).change).toBe(0.05);
  expect(readPlanInputs({ change: '100%', load: '1' })).toMatchObject({ change: 1, load: 1 });
});

test.each([
  ['devices', '-1', '--devices must be a whole number of 1 or more, not "-1"'],
  ['devices', '0', '--devices must be a whole number of 1 or more, not "0"'],
  ['devices', '1.5', '--devices must be a whole number of 1 or more, not "1.5"'],
  ['devices', 'many', '--devices must be a whole number of 1 or more, not "many"'],
  ['devices', '', '--devices must be a whole number of 1 or more, not ""'],
  ['distinctExecutables', '1e6', '--distinct-executables must be a whole number of 1 or more, not "1e6"'],
  ['outageHours', '0', '--outage-hours must be a number above 0, not "0"'],
  ['change', '0', '--change must be above 0% and at most 100%, as 5% or 0.05, not "0"'],
  ['change', '5', '--change must be above 0% and at most 100%, as 5% or 0.05, not "5"'],
  ['change', '-5%', '--change must be above 0% and at most 100%, as 5% or 0.05, not "-5%"'],
  ['load', '101%', '--load must be above 0% and at most 100%, as 5% or 0.05, not "101%"'],
])('%s %s is refused in one line', (name, text, message) => {
  expect(() => readPlanInputs({ [name]: text })).toThrow(new PlanInputError(message));
});

test('no rows of use at all are possible', () => {
  expect(readPlanInputs({ usageRowsPerDay: '0' }).usageRowsPerDay).toBe(0);
});

test('every input has a flag of its own and says what it means', () => {
  const flags = (Object.keys(PLAN_INPUTS) as (keyof typeof PLAN_INPUTS)[]).map(planFlag);
  expect(new Set(flags).size).toBe(flags.length);
  expect(flags).toContain('--usage-rows-per-day');
  for (const { meaning } of Object.values(PLAN_INPUTS)) expect(meaning).toMatch(/^[A-Z].{10,}/);
});
