import { describe, expect, test } from 'vitest';
import { proxyFor } from './proxy-choice.ts';

const PROXY = 'http://proxy.example:3128';
const goesThrough = (address: string, proxyExceptions: string): boolean =>
  proxyFor(address, { proxyUrl: PROXY, proxyExceptions }) !== undefined;

test('without a proxy everything is reached directly', () => {
  expect(proxyFor('https://fleet.example', { proxyUrl: undefined, proxyExceptions: '' })).toBeUndefined();
});

test('with one, everything but this computer itself is reached through it', () => {
  for (const address of ['https://fleet.example:8711', 'https://192.0.2.7', 'https://[2001:db8::1]:8711'])
    expect([address, goesThrough(address, '')]).toEqual([address, true]);
  for (const address of [
    'https://127.0.0.1:8711',
    'https://127.9.9.9',
    'https://localhost',
    'https://[::1]:8',
  ])
    expect([address, goesThrough(address, '')]).toEqual([address, false]);
});

describe('exceptions', () => {
  test.each([
    ['example.org', ['https://example.org', 'https://a.example.org:8711'], ['https://notexample.org']],
    ['.example.org', ['https://example.org', 'https://a.b.example.org'], ['https://example.com']],
    ['*.example.org', ['https://a.example.org'], ['https://example.org']],
    ['EXAMPLE.org.', ['https://example.org', 'https://example.org.'], []],
    ['example.org:8711', ['https://example.org:8711'], ['https://example.org', 'https://example.org:871']],
    ['example.org:443', ['https://example.org'], ['https://example.org:8711']],
    ['*', ['https://example.org', 'https://192.0.2.7', 'https://[2001:db8::1]'], []],
    ['192.0.2.7', ['https://192.0.2.7:8711'], ['https://192.0.2.70', 'https://1.192.0.2.7.example']],
    ['192.0.2.0/24', ['https://192.0.2.255'], ['https://192.0.3.1', 'https://[2001:db8::1]']],
    ['2001:db8::1', ['https://[2001:db8::1]:8711'], ['https://[2001:db8::2]']],
    ['[2001:db8::1]:8711', ['https://[2001:db8::1]:8711'], ['https://[2001:db8::1]:8712']],
    ['2001:db8::/32', ['https://[2001:db8:ffff::1]'], ['https://[2001:db9::1]', 'https://192.0.2.7']],
    ['a.example, b.example c.example', ['https://a.example', 'https://b.example', 'https://c.example'], []],
    ['192.0.2.0/99, 192.0.2.0/x, /, 1/2/3', [], ['https://192.0.2.7']],
  ])('%s', (exceptions, direct, proxied) => {
    for (const address of direct)
      expect([address, goesThrough(address, exceptions)]).toEqual([address, false]);
    for (const address of proxied)
      expect([address, goesThrough(address, exceptions)]).toEqual([address, true]);
  });
});

test('credentials go into a header, are decoded for it, and are in nothing for people', () => {
  const proxyUrl = 'http://me%40work:p%3Ass@proxy.example:3128';
  const proxy = proxyFor('https://fleet.example', { proxyUrl, proxyExceptions: '' });
  expect(proxy).toEqual({
    origin: 'http://proxy.example:3128',
    place: 'proxy.example:3128',
    authorization: `Basic ${Buffer.from('me@work:p:ss').toString('base64')}`,
  });
});

test('a proxy has its scheme’s port unless it says another, and may have an IPv6 address', () => {
  const placeOf = (proxyUrl: string) =>
    proxyFor('https://fleet.example', { proxyUrl, proxyExceptions: '' })?.place;
  expect(placeOf('http://proxy.example')).toBe('proxy.example:80');
  expect(placeOf('https://proxy.example')).toBe('proxy.example:443');
  expect(placeOf('http://[2001:db8::5]:3128')).toBe('[2001:db8::5]:3128');
});
