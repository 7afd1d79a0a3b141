import { expect, test } from 'vitest';
import { BoundedReader } from './bounded-reader.ts';

const FILE = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));

function watched(mostBytes: number, mostReads: number) {
  const lengths: number[] = [];
  const reader = new BoundedReader(
    (offset, length) => {
      lengths.push(length);
      return FILE.subarray(offset, offset + length);
    },
    { mostBytes, mostReads },
  );
  return { reader, lengths };
}

test('pieces near each other cost one read, and are what stands in the file', () => {
  const { reader, lengths } = watched(100_000, 100);
  for (const at of [5000, 5004, 9000, 5000]) expect(reader.part(at, 90)).toEqual(FILE.subarray(at, at + 90));
  expect(lengths).toEqual([4096]);
  expect(reader.part(9090, 10)).toEqual(FILE.subarray(9090, 9100));
  expect(reader.part(20_000, 10_000)).toEqual(FILE.subarray(20_000, 30_000));
  expect(lengths).toEqual([4096, 4096, 10_000]);
});

test('what was returned stays as it is', () => {
  const { reader } = watched(100_000, 100);
  const early = reader.part(0, 100);
  reader.part(50_000, 100);
  expect(early).toEqual(FILE.subarray(0, 100));
});

test('no more reads than the limit', () => {
  const { reader, lengths } = watched(1e9, 3);
  const found = [0, 10_000, 20_000, 30_000].map((at) => reader.part(at, 1)?.length);
  expect(found).toEqual([1, 1, 1, undefined]);
  expect(lengths).toHaveLength(3);
});

test('no more bytes than the limit', () => {
  const { reader, lengths } = watched(10_000, 100);
  expect(reader.part(0, 9000)).toHaveLength(9000);
  expect(reader.part(50_000, 1001)).toBeUndefined();
  expect(reader.part(50_000, 1000)).toHaveLength(1000);
  expect(reader.part(80_000, 1)).toBeUndefined();
  expect(lengths).toEqual([9000, 1000]);
});

test('the end of the file, and places that are none', () => {
  const { reader } = watched(1e9, 100);
  expect(reader.part(99_990, 11)).toBeUndefined();
  expect(reader.upTo(99_990, 11)).toHaveLength(10);
  for (const [at, length] of [
    [-1, 5],
    [0.5, 5],
    [Number.NaN, 5],
    [2 ** 60, 5],
    [0, 0],
    [0, -5],
    [0, Number.NaN],
  ] as const)
    expect(reader.upTo(at, length)).toHaveLength(0);
});
