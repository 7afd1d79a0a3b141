import { expect, test } from 'vitest';
import { answeredBy, asksForMuch, baselineSince } from './baseline-request.ts';

const epochId = new Uint8Array(16).fill(1);
const other = new Uint8Array(16).fill(2);
const resync = { epoch: epochId, sequence: 5, resync: {} };

test.each([
  ['a report without a baseline', 0, false],
  ['a baseline that came before it was asked for', 5, false],
  ['a baseline after', 6, true],
])('a resync because of report 5, and %s', (_, since, answered) => {
  expect(answeredBy(resync, { epochId, baselineSince: since })).toBe(answered);
});

test('the last part of a baseline does not answer what its first part caused', () => {
  const part = (sequence: number, number: number) =>
    baselineSince({ sequence, inventory: { baseline: true, part: number, parts: 3 } });
  expect(answeredBy(resync, { epochId, baselineSince: part(6, 1) })).toBe(false);
  expect(answeredBy(resync, { epochId, baselineSince: part(7, 1) })).toBe(true);
  expect(baselineSince({ sequence: 7, inventory: { baseline: false } })).toBe(0);
});

test('of another epoch it means nothing, and one that no report caused is answered by any baseline', () => {
  expect(answeredBy(resync, { epochId: other, baselineSince: 0 })).toBe(true);
  expect(answeredBy({ resync: {} }, { epochId, baselineSince: 0 })).toBe(false);
  expect(answeredBy({ resync: {} }, { epochId, baselineSince: 1 })).toBe(true);
  expect(answeredBy({ ...resync, sequence: 0xffff_ffff }, { epochId, baselineSince: 1 })).toBe(true);
});

test('usage asked for again is in no baseline', () => {
  const directive = { ...resync, resync: null, resendUsage: { sinceDay: 1 } };
  expect(asksForMuch(directive)).toBe(true);
  expect(answeredBy(directive, { epochId, baselineSince: 9 })).toBe(false);
  expect(asksForMuch({ pollAgain: { afterSeconds: 1 } })).toBe(false);
});
