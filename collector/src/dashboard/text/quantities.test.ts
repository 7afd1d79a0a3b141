import { expect, test } from 'vitest';
import { ago, bytes, dayInWords, duration, share } from './quantities.ts';

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [4_520, '1 h 15 min'],
  [7_200, '2 h'],
  [86_400 * 63 + 7_320, '1,514 h'],
])('%d seconds are %s', (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});

test.each([
  [1_000, 'just now'],
  [12_000, '12 s ago'],
  [200_000, '3 min ago'],
  [7_300_000, '2 h ago'],
  [86_400_000, '1 day ago'],
  [-5_000, 'just now'],
])('%d ms are %s', (milliseconds, words) => {
  expect(ago(0, milliseconds)).toBe(words);
});

test.each([
  [384, '384 bytes'],
  [1_536, '1.5 KiB'],
  [62_914_560, '60 MiB'],
])('%d bytes are %s', (size, words) => {
  expect(bytes(size)).toBe(words);
});

test('days near today have a name', () => {
  expect(dayInWords('2026-11-23', '2026-11-23')).toBe('today');
  expect(dayInWords('2026-11-22', '2026-11-23')).toBe('yesterday');
  expect(dayInWords('2026-03-01', '2026-11-23')).toBe('1 Mar 2026');
});

test.each([
  [null, '–'],
  [0, '0 %'],
  [0.29, '29 %'],
  [0.799, '79 %'],
  [1, '100 %'],
])('a share of %s is %s: what is below a limit does not read as the limit', (value, words) => {
  expect(share(value)).toBe(words);
});
