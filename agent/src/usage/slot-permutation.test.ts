import fc from 'fast-check';
import { expect, test } from 'vitest';
import { slotPermutation } from './slot-permutation.ts';

const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 });
const days = fc.integer({ min: 0, max: 40_000 });

test('the permutation of any secret and day is a bijection of the 288 marks', () => {
  fc.assert(
    fc.property(secrets, days, (secret, day) => {
      expect([...slotPermutation(secret, day)].sort((a, b) => a - b)).toEqual([...Array(288).keys()]);
    }),
    { numRuns: 100 },
  );
});

test('it is the same for the same secret and day, and another for another day or device', () => {
  const secret = new Uint8Array(32).fill(7);
  expect(slotPermutation(secret, 20_000)).toEqual(slotPermutation(secret, 20_000));
  expect(slotPermutation(secret, 20_000)).not.toEqual(slotPermutation(secret, 20_001));
  expect(slotPermutation(secret, 20_000)).not.toEqual(slotPermutation(new Uint8Array(32).fill(8), 20_000));
});

test('its order is frozen: a new version of the agent continues a day that an old one began', () => {
  expect([...slotPermutation(new Uint8Array(32), 20_000).slice(0, 6)]).toMatchInlineSnapshot(`
    [
      46,
      161,
      104,
      70,
      79,
      76,
    ]
  `);
});
