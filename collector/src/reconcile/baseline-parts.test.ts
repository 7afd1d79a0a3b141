import { expect, test } from 'vitest';
import { type BaselinePart, completeInventory } from './baseline-parts.ts';

const digest = { count: 5, sum: 9n };
const part = (number: number, ...numbers: number[]): BaselinePart => ({
  part: number,
  firstSequence: 7,
  digest,
  numbers: Uint32Array.from(numbers),
});
const collected = (...parts: BaselinePart[]) => new Map(parts.map((each) => [each.part, each]));
const last = part(2, 1);

test('all parts together are the inventory, ascending', () => {
  expect(completeInventory(collected(part(0, 5, 9), part(1, 2, 7)), last)).toEqual(
    Uint32Array.of(1, 2, 5, 7, 9),
  );
});

test.each([
  ['a part is missing', [part(0, 5, 9)]],
  ['a part is of an earlier baseline', [{ ...part(0, 5, 9), firstSequence: 6 }, part(1, 2, 7)]],
  ['a part promises another inventory', [part(0, 5, 9), { ...part(1, 2, 7), digest: { count: 5, sum: 8n } }]],
  ['one executable fewer comes than was promised', [part(0, 5, 9), part(1, 2)]],
  ['an executable comes twice', [part(0, 5, 9), part(1, 2, 5)]],
])('nothing comes of it when %s', (_, parts) => {
  expect(completeInventory(collected(...parts), last)).toBeUndefined();
});
