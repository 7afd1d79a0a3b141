import { expect, test } from 'vitest';
import { originRefusal } from './origin-verdict.ts';

const judge = (host?: string, origin?: string, fetchSite?: string) =>
  originRefusal({ host, origin, fetchSite }, 8123);

test('only loopback names are hosts', () => {
  for (const host of ['127.0.0.1', '127.0.0.1:8123', 'localhost:8123', 'LOCALHOST', '[::1]:8123']) {
    expect([host, judge(host)]).toEqual([host, undefined]);
  }
  for (const host of [
    undefined,
    '',
    'evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1:8123@evil.example',
    '0.0.0.0',
    '127.0.0.2',
  ]) {
    expect([host, judge(host)]).not.toEqual([host, undefined]);
  }
});

test('only this server’s own pages may ask', () => {
  expect(judge('localhost', 'http://localhost:8123')).toBeUndefined();
  for (const origin of [
    'null',
    '',
    'http://localhost',
    'http://localhost:3000',
    'https://localhost:8123',
    'http://evil.example',
  ]) {
    expect([origin, judge('localhost', origin)]).not.toEqual([origin, undefined]);
  }
  expect(judge('localhost', undefined, 'cross-site')).toBeDefined();
  expect(judge('localhost', undefined, 'none')).toBeUndefined();
});
