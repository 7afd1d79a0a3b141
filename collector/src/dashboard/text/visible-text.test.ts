import { expect, test } from 'vitest';
import { visiblePieces, visibleText } from './visible-text.ts';

test.each([
  ['plain name', 'plain name'],
  ['clear\u001b[2J', 'clear\\x1B[2J'],
  ['invoice\u202efdp.exe', 'invoice\\u202Efdp.exe'],
  ['zero\u200bwidth', 'zero\\u200Bwidth'],
  ['a\nb\tc\u0000', 'a\\x0Ab\\x09c\\x00'],
  ['tag\u{e0041}', 'tag\\u{E0041}'],
  ['lone\ud800', 'lone\\uD800'],
  ['line\u2028end', 'line\\u2028end'],
  ['Zeichen äöü 日本語 🎉', 'Zeichen äöü 日本語 🎉'],
  ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
])('%j reads %j', (value, shown) => {
  expect(visibleText(value)).toBe(shown);
});

test('escapes are told apart from a name that merely looks like one', () => {
  expect(visiblePieces('\\u202E\u202e')).toEqual([
    { text: '\\u202E', escaped: false },
    { text: '\\u202E', escaped: true },
  ]);
});
