import { expect, test } from 'vitest';
import { mergeUsageRequests } from './merge-usage-requests.ts';

const epoch = new Uint8Array(16).fill(1);
const request = (resendUsage: object, sequence = 1, of = epoch) => ({ epoch: of, sequence, resendUsage });
const merged = (earlier: object, later: object) =>
  mergeUsageRequests(request(earlier), request(later, 2)).resendUsage;

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
  expect(mergeUsageRequests(other, request({ days: [4] }, 2)).resendUsage).toEqual({});
  const many = Array.from({ length: 61 }, (_, day) => day);
  expect(merged({ days: many }, { days: [4] })).toEqual({});
});

test('the later request names the report, and anything else is left alone', () => {
  expect(mergeUsageRequests(request({ days: [1] }), request({ days: [2] }, 9)).sequence).toBe(9);
  expect(mergeUsageRequests({ resync: {} }, request({ days: [2] }))).toEqual(request({ days: [2] }));
});
