import { expect, test } from 'vitest';
import { EvidenceLeases } from './evidence-leases.ts';

const minute = 60_000;

test('three devices are asked for an id, a minute apart, and a fourth only ten minutes after the first', () => {
  const leases = new EvidenceLeases();
  expect(leases.take('a', ['id'], 9, 0)).toEqual([0]);
  expect(leases.take('b', ['id'], 9, minute - 1)).toEqual([]);
  expect(leases.take('b', ['id'], 9, minute)).toEqual([0]);
  expect(leases.take('c', ['id'], 9, 2 * minute)).toEqual([0]);
  expect(leases.take('d', ['id'], 9, 9 * minute)).toEqual([]);
  expect(leases.take('d', ['id'], 9, 10 * minute)).toEqual([0]);
});

test('a device is not asked again while its lease runs, unless the question never reached it', () => {
  const leases = new EvidenceLeases();
  leases.take('a', ['x', 'y'], 9, 0);
  expect(leases.take('a', ['x', 'y'], 9, minute)).toEqual([]);
  leases.giveBack('a', ['x']);
  expect(leases.take('a', ['x', 'y'], 9, minute)).toEqual([0]);
});

test('the limit counts what is asked, not what is passed over', () => {
  const leases = new EvidenceLeases({ devicesPerId: 1 });
  leases.take('a', ['1', '2', '3'], 9, 0);
  expect(leases.take('b', ['1', '2', '3', '4', '5', '6'], 2, 0)).toEqual([3, 4]);
});

test('memory is bounded: the oldest leases are forgotten', () => {
  const leases = new EvidenceLeases({ maxIds: 100 });
  for (let id = 0; id < 1000; id++) leases.take('a', [String(id)], 9, id);
  expect(leases.size).toBe(100);
  expect(leases.take('a', ['0', '999'], 9, 1000)).toEqual([0]);
});

test('a lease taken while the clock was wrong does not last until that time comes', () => {
  const leases = new EvidenceLeases({ devicesPerId: 1 });
  leases.take('a', ['id'], 9, 1e12);
  expect(leases.take('b', ['id'], 9, 0)).toEqual([0]);
});
