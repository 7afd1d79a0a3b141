import { Report, type ReportFields } from '@fleetmeter/proto';
import { expect, test } from 'vitest';
import { evidenceBatchFault, reportFault } from './report-shape.ts';

const ids = (...values: number[]) => Buffer.from(BigUint64Array.from(values, BigInt).buffer);
const epoch = { id: Buffer.alloc(16) };
const fault = (fields: ReportFields) =>
  reportFault(Report.decode(Report.encode({ epoch, sequence: 1, ...fields }).finish()))?.code;

test.each<[string, ReportFields, string | undefined]>([
  ['the least there can be', {}, undefined],
  ['no epoch', { epoch: null }, 'id-malformed'],
  [
    'a parent with a short id',
    { epoch: { ...epoch, parent: { id: Buffer.alloc(3), sequence: 1 } } },
    'id-malformed',
  ],
  ['a parent', { epoch: { ...epoch, parent: { id: Buffer.alloc(16), sequence: 1 } } }, undefined],
  [
    'a parent with sequence 0',
    { epoch: { ...epoch, parent: { id: Buffer.alloc(16) } } },
    'sequence-out-of-range',
  ],
  ['an empty digest', { digestBefore: {} }, undefined],
  ['a digest that counts without a sum', { digestBefore: { count: 1 } }, 'digest-malformed'],
  ['lists', { inventory: { presentIds: ids(1, 3), absentIds: ids(2) } }, undefined],
  ['seven bytes', { inventory: { presentIds: Buffer.alloc(7) } }, 'id-list-malformed'],
  ['a falling list', { inventory: { absentIds: ids(2, 1) } }, 'id-list-malformed'],
  ['a list too long', { inventory: { presentIds: Buffer.alloc(800_008) } }, 'elements-too-many'],
  [
    'an id present and absent',
    { inventory: { presentIds: ids(1, 5), absentIds: ids(2, 5) } },
    'inventory-contradictory',
  ],
  ['part 1 of 2', { inventory: { baseline: true, part: 1, parts: 2 } }, undefined],
  [
    'a part with its share of the ids',
    {
      digestAfter: { count: 3, sum: Buffer.alloc(16) },
      inventory: { baseline: true, presentIds: ids(1, 2), part: 0, parts: 2 },
    },
    undefined,
  ],
  [
    'a part with more than its share of the ids',
    {
      digestAfter: { count: 3, sum: Buffer.alloc(16) },
      inventory: { baseline: true, presentIds: ids(1, 2, 3), part: 0, parts: 2 },
    },
    'inventory-contradictory',
  ],
  [
    'a baseline of a million',
    {
      digestAfter: { count: 1_000_000, sum: Buffer.alloc(16) },
      inventory: { baseline: true, part: 0, parts: 99 },
    },
    'elements-too-many',
  ],
  [
    'part 2 of 2, counted from 0',
    { inventory: { baseline: true, part: 2, parts: 2 } },
    'inventory-contradictory',
  ],
  ['a part without parts', { inventory: { baseline: true, part: 0 } }, 'inventory-contradictory'],
  ['parts of a change', { inventory: { part: 0, parts: 1 } }, 'inventory-contradictory'],
  ['a thousand parts', { inventory: { baseline: true, part: 0, parts: 1000 } }, 'inventory-contradictory'],
  ['runs of 7 bytes', { usage: { runs: Buffer.alloc(7) } }, 'id-malformed'],
  ['too many runs', { usage: { runs: Buffer.alloc(8008) } }, 'elements-too-many'],
  ['a user of 7 bytes', { usage: { users: [Buffer.alloc(8), Buffer.alloc(7)] } }, 'id-malformed'],
  // Values of records are processing's affair: the report counts without them.
  ['an absurd record', { usage: { records: [{ day: 1, seconds: 4_000_000_000, run: 7 }] } }, undefined],
])('%s: %s', (_name, fields, expected) => {
  expect(fault(fields)).toBe(expected);
});

test('ids above 2^63 are compared as unsigned', () => {
  const high = Buffer.from('01000000000000000000000000000080ffffffffffffffff', 'hex');
  expect(fault({ inventory: { presentIds: high } })).toBeUndefined();
});

test('an evidence batch needs evidence', () => {
  expect(evidenceBatchFault({ records: [] } as never)?.code).toBe('message-malformed');
});
