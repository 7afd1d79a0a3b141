import { decodeIdList, formatExecutableId } from '@fleetmeter/proto';
import { expect, test } from 'vitest';
import { baselineParts } from './baseline-parts.ts';

const ids = (count: number) => Array.from({ length: count }, (_, index) => formatExecutableId(BigInt(index)));

test('what fits one report stays whole', () => {
  expect(baselineParts(ids(20), 20)).toEqual([]);
});

test('parts are as even as can be, none beyond its share, and together they are everything once', () => {
  for (const [count, most] of [
    [21, 20],
    [45, 20],
    [5, 2],
    [700, 7],
  ] as const) {
    const parts = baselineParts(ids(count).reverse(), most);
    const share = Math.ceil(count / parts.length);
    for (const part of parts) expect(part.length / 8).toBeLessThanOrEqual(Math.min(share, most));
    expect(parts.flatMap(decodeIdList)).toEqual(ids(count));
  }
});

test('never more than a hundred, however small they were to be', () => {
  expect(baselineParts(ids(1000), 1)).toHaveLength(100);
});
