import { expect, test } from 'vitest';
import { reportsBehindHead } from './reports-behind-head.ts';

const hash = (byte: number) => new Uint8Array(16).fill(byte);
const report = (sequence: number, own: number, before?: number) => ({
  sequence,
  reportHash: hash(own),
  previousHash: before === undefined ? undefined : hash(before).subarray(0, 8),
});

test('of a range that is done again, the reports that led to the head are known by the chain', () => {
  const first = report(5, 50, 40);
  const second = report(6, 60, 50);
  const head = report(7, 70, 60);
  const stranger = report(6, 61, 50);
  const next = report(8, 80, 70);
  expect(
    reportsBehindHead({ sequence: 7, reportHash: hash(70) }, [first, stranger, second, head, next]),
  ).toEqual(new Set([first, second]));
});

test('nothing is behind a head that is not among the reports, or that names nobody', () => {
  const reports = [report(5, 50, 40), report(6, 60)];
  expect(reportsBehindHead({ sequence: 7, reportHash: hash(70) }, reports).size).toBe(0);
  expect(reportsBehindHead({ sequence: 6, reportHash: hash(60) }, reports).size).toBe(0);
  expect(reportsBehindHead({ sequence: 6, reportHash: hash(61) }, reports).size).toBe(0);
});
