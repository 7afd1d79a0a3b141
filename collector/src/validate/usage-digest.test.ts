import { expect, test } from 'vitest';
import { usageDigestFault } from './usage-digest.ts';

const today = 20_000;
const usage = { runs: new Uint8Array(16) };
const good = {
  day: today - 1,
  run: 1,
  records: 2,
  seconds: 172_800,
  launches: 9,
  marks: 576,
  coverageSeconds: 86_400,
};

test.each([
  ['a whole day of two programs', {}, undefined],
  ['nothing but coverage', { records: 0, seconds: 0, launches: 0, marks: 0 }, undefined],
  ['a day long ago', { day: today - 401 }, 'usage-digest-out-of-range'],
  ['a day to come', { day: today + 2 }, 'usage-digest-out-of-range'],
  ['more seconds than so many records have', { seconds: 172_801 }, 'usage-digest-out-of-range'],
  ['more marks than there are', { marks: 577 }, 'usage-digest-out-of-range'],
  ['launches of nothing', { records: 0, seconds: 0, marks: 0 }, 'usage-digest-out-of-range'],
  ['coverage beyond a day', { coverageSeconds: 86_401 }, 'usage-digest-out-of-range'],
  ['a run that is not there', { run: 2 }, 'usage-reference-missing'],
])('%s', (_name, changes, expected) => {
  expect(usageDigestFault({ ...good, ...changes }, usage, today * 86_400_000)?.reason).toBe(expected);
});
