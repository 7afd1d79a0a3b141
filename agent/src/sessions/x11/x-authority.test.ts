import fc from 'fast-check';
import { expect, test } from 'vitest';
import { authorityEntry } from '../fixtures/authority-file.ts';
import { cookieIn } from './x-authority.ts';

const hex = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes).toString('hex');

test('the cookie of the display is found, or one for any display', () => {
  const file = Buffer.concat([
    authorityEntry({ display: '7', cookie: '0707' }),
    authorityEntry({ display: '0', name: 'XDM-AUTHORIZATION-1', cookie: 'ffff' }),
    authorityEntry({ display: '0', cookie: '0a0b' }),
    authorityEntry({ display: '', cookie: '0c0d' }),
  ]);
  expect(hex(cookieIn(file, 0))).toBe('0a0b');
  expect(hex(cookieIn(file, 7))).toBe('0707');
  expect(hex(cookieIn(file, 3))).toBe('0c0d');
});

test('a file without one, cut off, or of anything else, has none', () => {
  const entry = authorityEntry({ display: '0', cookie: '0a0b' });
  expect(cookieIn(entry, 1)).toBe(undefined);
  for (let length = 0; length < entry.length; length++)
    expect(cookieIn(entry.subarray(0, length), 0)).toBe(undefined);
  expect(cookieIn(Buffer.from('root:$6$salt$hash:19000:0:99999:7:::\n'), 0)).toBe(undefined);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const cookie = cookieIn(bytes, 0);
      expect(cookie === undefined || cookie.length <= bytes.length).toBe(true);
    }),
  );
});
