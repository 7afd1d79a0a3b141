import { expect, test } from 'vitest';
import { type HashingNow, isWorthAnotherThread } from './another-thread.ts';

const busy: HashingNow = {
  longestOpenMs: 5,
  bytesInARow: 1000,
  bytesWaiting: 1000,
  isPaced: false,
  waitsForNobody: false,
};
const MANY = 1024 ** 3;

test.each<[string, boolean, Partial<HashingNow>]>([
  ['none works', true, { longestOpenMs: undefined, isPaced: true }],
  ['small files', false, {}],
  ['small files at a pace', false, { isPaced: true }],
  ['much was read', true, { bytesInARow: MANY }],
  ['much is to be read', true, { bytesWaiting: MANY }],
  [
    'much to read, at a pace that another thread would only share',
    false,
    { bytesInARow: MANY, bytesWaiting: MANY, isPaced: true },
  ],
  ['a long file is open', true, { longestOpenMs: 1000, isPaced: true }],
  ['a file that waits for nobody', true, { waitsForNobody: true, isPaced: true }],
])('%s: %s', (_, isWorth, differs) => {
  expect(isWorthAnotherThread({ ...busy, ...differs })).toBe(isWorth);
});
