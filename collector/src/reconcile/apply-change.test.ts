import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyChange, ascendingUnique, difference } from './apply-change.ts';

const numbers = fc.uint32Array({ maxLength: 40, max: 60 });

test('a change is a set with some removed and others added, ascending', () => {
  fc.assert(
    fc.property(numbers, numbers, numbers, (inventory, present, absent) => {
      const expected = new Set(inventory);
      for (const number of absent) expected.delete(number);
      for (const number of present) expected.add(number);
      const got = applyChange(ascendingUnique(inventory), present, absent);
      expect([...got]).toEqual([...expected].sort((a, b) => a - b));
    }),
  );
});

test('any numbers come out ascending and once, few or many, small or large', () => {
  const many = fc.tuple(
    fc.integer({ min: 0, max: 3000 }),
    fc.constantFrom(50, 2_047, 2_048, 4_194_304, 0xffff_ffff),
  );
  fc.assert(
    fc.property(many, fc.nat(), ([length, largest], seed) => {
      const list = Uint32Array.from(
        { length },
        (_, at) => (Math.imul(at + seed, 2_654_435_761) >>> 0) % (largest + 1),
      );
      const before = list.slice();
      expect([...ascendingUnique(list)]).toEqual([...new Set(list)].sort((a, b) => a - b));
      expect(list).toEqual(before);
    }),
  );
});

test('applying the same change again changes nothing', () => {
  fc.assert(
    fc.property(numbers, numbers, (inventory, present) => {
      const once = applyChange(ascendingUnique(inventory), present, new Uint32Array(0));
      expect(applyChange(once, present, new Uint32Array(0))).toEqual(once);
    }),
  );
});

test('the difference leads from one inventory to the other', () => {
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      const before = ascendingUnique(a);
      const after = ascendingUnique(b);
      const { appeared, disappeared } = difference(before, after);
      expect(applyChange(before, Uint32Array.from(appeared), Uint32Array.from(disappeared))).toEqual(after);
      expect(appeared.filter((number) => before.includes(number))).toEqual([]);
    }),
  );
});
