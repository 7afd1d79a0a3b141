import { hash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeJoinString, encodeJoinString, type Join, JoinStringError } from './join-string.ts';

const join: Join = {
  addresses: ['https://collector.example:8711', 'https://[::1]:8711'],
  secret: 'AbCdEfGhIjKlMnOpQrStUv',
  authorities: ['ab'.repeat(32)],
};

test('what was encoded is decoded, whatever a mail program did to it', () => {
  const text = encodeJoinString(join);
  expect(text).toMatch(/^fm1_[\w-]+$/);
  expect(decodeJoinString(text)).toEqual(join);
  expect(decodeJoinString(`\n ${text.slice(0, 40)}\r\n\t${text.slice(40)}  `)).toEqual(join);
  const plain = { ...join, addresses: ['http://127.0.0.1:8711'], authorities: [] };
  expect(decodeJoinString(encodeJoinString(plain))).toEqual(plain);
});

test('a character that is missing or another is noticed', () => {
  const text = encodeJoinString(join);
  const characters = fc.constantFrom(...'abcXYZ019_-');
  fc.assert(
    fc.property(fc.nat(text.length - 1), characters, (at, character) => {
      fc.pre(text[at] !== character);
      const changed = text.slice(0, at) + character + text.slice(at + 1);
      // The last character holds bits that stand for nothing.
      if (at < text.length - 1) expect(() => decodeJoinString(changed)).toThrow(JoinStringError);
      expect(() => decodeJoinString(text.slice(0, at))).toThrow(JoinStringError);
    }),
  );
});

test.each([
  ['no address', { addresses: [] }],
  ['nine addresses', { addresses: Array(9).fill('https://a.example') }],
  ['another protocol', { addresses: ['ftp://a.example'] }],
  ['a path', { addresses: ['https://a.example/x'] }],
  ['a name and password', { addresses: ['https://u:p@a.example'] }],
  ['a short secret', { secret: 'abc' }],
  ['a fingerprint of another kind', { authorities: ['ab'] }],
  ['an address without TLS beside an authority', { addresses: ['http://a.example'] }],
])('%s: neither made nor taken', (_, changes) => {
  const bad = { ...join, ...changes };
  expect(() => encodeJoinString(bad)).toThrow(JoinStringError);
  const content = Buffer.from(JSON.stringify({ a: bad.addresses, s: bad.secret, c: bad.authorities }));
  const check = hash('sha256', content, 'buffer').subarray(0, 4);
  const forged = `fm1_${Buffer.concat([check, content]).toString('base64url')}`;
  expect(() => decodeJoinString(forged)).toThrow(JoinStringError);
});

test('JSON of another shape, rightly checked, is refused in words too', () => {
  for (const value of [null, 7, [], {}, { a: 'x', s: 1, c: {} }]) {
    const content = Buffer.from(JSON.stringify(value));
    const check = hash('sha256', content, 'buffer').subarray(0, 4);
    const forged = `fm1_${Buffer.concat([check, content]).toString('base64url')}`;
    expect(() => decodeJoinString(forged)).toThrow(JoinStringError);
  }
});

test('no error quotes the secret', () => {
  const text = encodeJoinString(join).slice(0, -3);
  expect(() => decodeJoinString(text)).toThrow(/^(?!.*AbCd).*$/s);
});
