import { expect, test } from 'vitest';
import { isSystematic, type Looked, NO_STREAK, type Streak, streakAfter } from './systematic-fault.ts';

const looked = (text: string): Looked[] =>
  // A device each; capitals are refused.
  [...text].map((letter) => ({ deviceId: letter.toLowerCase(), refused: letter !== letter.toLowerCase() }));

test.each([
  ['one bad device of many', 'aBcdefghij', false],
  ['two devices that send nothing but bad records', 'ABABABABABABABABABABABAB', false],
  ['half of the devices', 'ABCDEfghij', true],
  ['fewer than half', 'ABCDefghijk', false],
  ['few records are no sample', 'ABC', false],
  ['a device counts once, however much it sends', 'AAAAAAAAAABBBBBBBCCCCCCCdefg', false],
])('%s', (_, range, systematic) => {
  expect(isSystematic(looked(range), NO_STREAK)).toBe(systematic);
});

test('of one record an hour, and nothing that passes, it is us after twenty from three devices', () => {
  let streak: Streak = NO_STREAK;
  const verdicts: boolean[] = [];
  for (let hour = 0; hour < 22; hour++) {
    const range = looked('ABC'[hour % 3] as string);
    verdicts.push(isSystematic(range, streak));
    streak = streakAfter(range, streak);
  }
  expect(verdicts.indexOf(true)).toBe(20);
  // One that passes, and it is they.
  expect(isSystematic(looked('dA'), streak)).toBe(false);
  expect(streakAfter(looked('dA'), streak).records).toBe(1);
});
