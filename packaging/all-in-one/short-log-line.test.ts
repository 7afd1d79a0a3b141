import { expect, test } from 'vitest';
import { RepeatFilter, shortLogLine } from './short-log-line.ts';

const json = (value: unknown) => JSON.stringify(value);

test.each([
  ['information stays in the file', json({ level: 30, msg: 'ready' }), undefined],
  ['a warning by number', json({ level: 40, msg: 'slow' }), { severity: 'warning', text: 'slow' }],
  ['a warning by name', json({ level: 'warn', msg: 'slow' }), { severity: 'warning', text: 'slow' }],
  [
    'an error with its cause',
    json({ level: 50, msg: 'send failed', err: { message: 'ECONNREFUSED' } }),
    { severity: 'error', text: 'send failed: ECONNREFUSED' },
  ],
  ['a record without level', json({ msg: 'hello' }), undefined],
  [
    'a cause that is the message',
    json({ level: 60, msg: 'x', err: { message: 'x' } }),
    { severity: 'error', text: 'x' },
  ],
])('%s', (_, line, expected) => {
  expect(shortLogLine(line, 'stdout')).toEqual(expected);
});

test('words on stderr are shown, the frames of their stack and words on stdout are not', () => {
  expect(shortLogLine('Error: out of luck', 'stderr')).toEqual({
    severity: 'error',
    text: 'Error: out of luck',
  });
  expect(shortLogLine('    at main (a.ts:1:2)', 'stderr')).toBeUndefined();
  expect(shortLogLine('hello', 'stdout')).toBeUndefined();
});

test('a long line is cut, and only its first line is shown', () => {
  expect(shortLogLine(json({ level: 50, msg: `${'x'.repeat(500)}` }), 'stdout')?.text).toHaveLength(241);
  expect(shortLogLine(json({ level: 50, msg: 'one\ntwo' }), 'stdout')?.text).toBe('one');
});

test('the same line comes once in thirty seconds, whatever its numbers', () => {
  const filter = new RepeatFilter();
  expect(filter.isNew('retry in 250 ms', 0)).toBe(true);
  expect(filter.isNew('retry in 500 ms', 10)).toBe(false);
  expect(filter.isNew('another line', 10)).toBe(true);
  expect(filter.isNew('retry in 10 ms', 30_000)).toBe(true);
});
