import { expect, test } from 'vitest';
import { BaselineAdmission } from './baseline-admission.ts';

const limits = { perSecond: 10, burst: 20, longestWaitSeconds: 600 };

/** Plays devices that first ask at these times and come back when they are told; returns when each was admitted. */
function play(admission: BaselineAdmission, firstAsk: number[], usualMs = 3_600_000): number[] {
  const due = firstAsk.map((at) => ({ at }));
  const admitted: number[] = [];
  while (due.length > 0) {
    due.sort((a, b) => a.at - b.at);
    const device = due[0] as { at: number };
    const answer = admission.ask(device.at);
    if (answer.admitted) admitted.push((due.shift() as { at: number }).at);
    else device.at += answer.inSeconds === undefined ? usualMs : answer.inSeconds * 1000;
  }
  return admitted;
}

test('a storm is let in at the rate, and all of it in the planned time', () => {
  const admitted = play(new BaselineAdmission(limits), Array(2_000).fill(0));
  const seconds = Map.groupBy(admitted, (at) => Math.floor(at / 1000));
  for (const [second, inIt] of seconds)
    expect(inIt.length, `second ${second}`).toBeLessThanOrEqual(limits.perSecond + limits.burst);
  expect(Math.max(...admitted) / 1000).toBeLessThan((2_000 / limits.perSecond) * 1.05 + 2);
});

test('whoever comes by chance while others have appointments changes who, and not how many', () => {
  const storm = Array(1_000).fill(0);
  const passing = Array.from({ length: 500 }, (_, n) => n * 137);
  const admitted = play(new BaselineAdmission(limits), [...storm, ...passing]);
  expect(admitted).toHaveLength(1_500);
  expect(Math.max(...admitted) / 1000).toBeLessThan((1_500 / limits.perSecond) * 1.1 + 2);
});

test('a few that come at their usual times are never made to wait', () => {
  const admission = new BaselineAdmission(limits);
  for (let second = 0; second < 100; second++)
    for (let device = 0; device < 10; device++) expect(admission.ask(second * 1000).admitted).toBe(true);
  expect(admission.waiting(100_000)).toBe(0);
});

test('appointments end somewhere: the rest asks again with its usual reports', () => {
  const admission = new BaselineAdmission({ ...limits, longestWaitSeconds: 10 });
  const answers = Array.from({ length: 500 }, () => admission.ask(0));
  expect(answers.filter(({ admitted }) => admitted)).toHaveLength(20);
  expect(answers.filter((each) => !each.admitted && each.inSeconds !== undefined)).toHaveLength(100);
  expect(admission.waiting(0)).toBe(100);
  expect(admission.waiting(4_000)).toBe(60);
});

test('a clock that jumps back or far ahead neither stops nor floods', () => {
  const admission = new BaselineAdmission(limits);
  for (let n = 0; n < 20; n++) admission.ask(1e12);
  expect(admission.ask(1e12 - 60_000).admitted).toBe(false);
  expect(admission.ask(1e12 - 59_000).admitted).toBe(true);
  const later = Array.from({ length: 100 }, () => admission.ask(1e12 + 1e9));
  expect(later.filter(({ admitted }) => admitted)).toHaveLength(20);
});
