import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  digestAdd,
  digestFromParts,
  digestRemove,
  digestSumBytes,
  digestsEqual,
  EMPTY_DIGEST,
  type InventoryDigest,
} from './inventory-digest.ts';

const part = fc.uint8Array({ minLength: 16, maxLength: 16 });
const parts = fc.array(part, { maxLength: 30 });
const digestOf = (all: readonly Uint8Array[]) => all.reduce<InventoryDigest>(digestAdd, EMPTY_DIGEST);
const bytes = (value: string) => Buffer.from(value, 'hex');

test('the sum is little-endian and wraps at 2^128', () => {
  const one = digestAdd(EMPTY_DIGEST, bytes('01000000000000000000000000000000'));
  expect(one).toEqual({ count: 1, sum: 1n });
  const wrapped = digestAdd(one, bytes('ff'.repeat(16)));
  expect(wrapped).toEqual({ count: 2, sum: 0n });
});

test('the two halves carry into each other', () => {
  const digest = digestOf([
    bytes('ffffffffffffffff0000000000000000'),
    bytes('01000000000000000000000000000000'),
  ]);
  expect(digest.sum).toBe(2n ** 64n);
  expect(Buffer.from(digestSumBytes(digest)).toString('hex')).toBe('00000000000000000100000000000000');
});

test('two that sum to nothing are still not an empty inventory', () => {
  const digest = digestOf([bytes('01'.padEnd(32, '0')), bytes('ff'.repeat(16))]);
  expect(digest.sum).toBe(EMPTY_DIGEST.sum);
  expect(digestsEqual(digest, EMPTY_DIGEST)).toBe(false);
});

test('a forged id with the right first eight bytes changes the digest', () => {
  const honest = bytes('0011223344556677'.padEnd(32, '0'));
  const forged = bytes('0011223344556677'.padEnd(32, '1'));
  expect(digestsEqual(digestOf([honest]), digestOf([forged]))).toBe(false);
});

test('order does not matter', () => {
  fc.assert(
    fc.property(parts, fc.nat(), (all, turn) => {
      const at = all.length === 0 ? 0 : turn % all.length;
      expect(digestOf([...all.slice(at), ...all.slice(0, at)].reverse())).toEqual(digestOf(all));
    }),
  );
});

test('removing takes back exactly what adding did, in any order', () => {
  fc.assert(
    fc.property(parts, parts, (stay, go) => {
      const both = digestOf([...stay, ...go]);
      expect(go.toReversed().reduce(digestRemove, both)).toEqual(digestOf(stay));
    }),
  );
});

test('on the wire and back it is the same digest', () => {
  fc.assert(
    fc.property(parts, (all) => {
      const digest = digestOf(all);
      expect(digestSumBytes(digest)).toHaveLength(16);
      expect(digestFromParts(digest.count, digestSumBytes(digest))).toEqual(digest);
    }),
  );
});

test('a part is read from wherever in a buffer it lies', () => {
  const shifted = Buffer.concat([Buffer.alloc(3), bytes('02'.padEnd(32, '0'))]).subarray(3);
  expect(digestAdd(EMPTY_DIGEST, shifted).sum).toBe(2n);
});
