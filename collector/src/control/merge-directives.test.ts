import { expect, test } from 'vitest';
import { mergeDirectives } from './merge-directives.ts';

const epoch = new Uint8Array(16).fill(1);
const request = (resendUsage: object, sequence = 1, of = epoch) => ({ epoch: of, sequence, resendUsage });
const merged = (earlier: object, later: object) =>
  mergeDirectives(request(earlier), request(later, 2)).resendUsage;

test('days join, the smaller sequence and the earlier day count', () => {
  expect(merged({ days: [3, 5] }, { days: [1, 3] })).toEqual({ days: [1, 3, 5] });
  expect(merged({ afterSequence: 7 }, { days: [4] })).toEqual({ afterSequence: 7, days: [4] });
  expect(merged({ afterSequence: 7 }, { afterSequence: 0 })).toEqual({ afterSequence: 0, days: [] });
  expect(merged({ sinceDay: 9 }, { sinceDay: 4, days: [2] })).toEqual({ sinceDay: 4, days: [2] });
});

test('what cannot be said together is everything', () => {
  expect(merged({}, { days: [4] })).toEqual({});
  expect(merged({ days: [4] }, { sinceDay: 0 })).toEqual({});
  const other = request({ afterSequence: 7 }, 1, new Uint8Array(16).fill(2));
  expect(mergeDirectives(other, request({ days: [4] }, 2)).resendUsage).toEqual({});
  const many = Array.from({ length: 61 }, (_, day) => day);
  expect(merged({ days: many }, { days: [4] })).toEqual({});
});

test('the later request names the report, and anything else is left alone', () => {
  expect(mergeDirectives(request({ days: [1] }), request({ days: [2] }, 9)).sequence).toBe(9);
  expect(mergeDirectives({ resync: {} }, request({ days: [2] }))).toEqual(request({ days: [2] }));
});

test('of requests for a new epoch the head is the newest one, and the report the oldest that was not taken', () => {
  const ask = (sequence: number, head: number) => ({ sequence, openEpoch: { head: { sequence: head } } });
  expect(mergeDirectives(ask(4, 9), ask(12, 11))).toEqual(ask(4, 11));
  expect(mergeDirectives(ask(12, 11), ask(4, 11))).toEqual(ask(4, 11));
});
