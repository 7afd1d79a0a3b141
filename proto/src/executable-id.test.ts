import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeIdList,
  encodeIdList,
  executableIdFromBytes,
  formatExecutableId,
  idListFault,
  viewIdList,
} from './executable-id.ts';

const HIGHEST = 'ffffffffffffffff';
const id = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(formatExecutableId);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('a list is little-endian, ascending and unique, whatever order it came in', () => {
  const list = encodeIdList([HIGHEST, '0102030405060708', '8000000000000000', HIGHEST]);
  expect(hex(list)).toBe(['0807060504030201', '0000000000000080', 'ffffffffffffffff'].join(''));
  expect(decodeIdList(list)).toEqual(['0102030405060708', '8000000000000000', HIGHEST]);
});

test('ids above 2^63 and above 2^53 keep every digit', () => {
  const ids = ['0020000000000001', '7fffffffffffffff', '8000000000000001', 'fffffffffffffffe', HIGHEST];
  expect(decodeIdList(encodeIdList(ids))).toEqual(ids);
  expect([...viewIdList(encodeIdList([HIGHEST]))]).toEqual([0xffff_ffff_ffff_ffffn]);
});

test('small ids keep their leading zeros', () => {
  expect(formatExecutableId(0n)).toBe('0000000000000000');
  expect(decodeIdList(encodeIdList(['000000000000000a']))).toEqual(['000000000000000a']);
});

test('a hash is read big-endian, at any offset of any buffer', () => {
  const bytes = Buffer.from('00112233445566778899', 'hex').subarray(1);
  expect(executableIdFromBytes(bytes)).toBe('1122334455667788');
  expect(executableIdFromBytes(bytes, 1)).toBe('2233445566778899');
});

test('an empty list is a list', () => {
  expect(encodeIdList([])).toHaveLength(0);
  expect(idListFault(new Uint8Array())).toBeUndefined();
  expect(decodeIdList(new Uint8Array())).toEqual([]);
});

test('a list is read alike from every alignment, as decoded messages have it', () => {
  const list = encodeIdList(['0123456789abcdef', 'fedcba9876543210', HIGHEST]);
  for (let shift = 0; shift < 8; shift++) {
    const shifted = new Uint8Array(new ArrayBuffer(list.length + 8), shift, list.length);
    shifted.set(list);
    expect(idListFault(shifted)).toBeUndefined();
    expect(decodeIdList(shifted)).toEqual(['0123456789abcdef', 'fedcba9876543210', HIGHEST]);
  }
});

describe('faults', () => {
  const raw = (...ids: string[]) => Buffer.concat(ids.map((each) => Buffer.from(each, 'hex').reverse()));

  test.each<[string, Uint8Array, string | undefined]>([
    ['ascending', raw('0000000000000001', '0000000000000002'), undefined],
    ['ascending over the middle of a word', raw('00000000ffffffff', '0000000100000000'), undefined],
    ['ascending over 2^63', raw('7fffffffffffffff', '8000000000000000'), undefined],
    ['the lowest first', raw('0000000000000000', HIGHEST), undefined],
    ['descending', raw('0000000000000002', '0000000000000001'), 'order'],
    ['descending in the high half only', raw('0000000200000001', '0000000100000002'), 'order'],
    ['descending, were the values signed', raw('8000000000000000', '7fffffffffffffff'), 'order'],
    ['twice the same', raw('0000000000000005', '0000000000000005'), 'order'],
    ['twice zero', raw('0000000000000000', '0000000000000000'), 'order'],
    ['a byte too many', Buffer.concat([raw(HIGHEST), Buffer.from([0])]), 'length'],
    ['seven bytes', Buffer.alloc(7), 'length'],
  ])('%s', (_, bytes, fault) => {
    expect(idListFault(bytes)).toBe(fault);
  });
});

test('whatever the ids: packed, faultless, and back again', () => {
  fc.assert(
    fc.property(fc.array(id, { maxLength: 200 }), (ids) => {
      const list = encodeIdList(ids);
      expect(idListFault(list)).toBeUndefined();
      expect(decodeIdList(list)).toEqual([...new Set(ids)].sort());
    }),
  );
});

test('whatever two ids are swapped: the list is at fault', () => {
  fc.assert(
    fc.property(fc.uniqueArray(id, { minLength: 2, maxLength: 50 }), fc.nat(), fc.nat(), (ids, i, j) => {
      const values = BigUint64Array.from(viewIdList(encodeIdList(ids)));
      const [a, b] = [i % values.length, j % values.length];
      const [atA, atB] = [values[a] as bigint, values[b] as bigint];
      values[a] = atB;
      values[b] = atA;
      expect(idListFault(new Uint8Array(values.buffer))).toBe(a === b ? undefined : 'order');
    }),
  );
});
