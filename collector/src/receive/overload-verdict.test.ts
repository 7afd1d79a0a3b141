import { expect, test } from 'vitest';
import { isOverloaded, retryAfterSeconds } from './overload-verdict.ts';

const limits = { turnMs: 100, turnRequests: 5, requests: 10, bytes: 1000 };
const calm = { turnMs: 0, turnRequests: 5, requests: 0, bytes: 0 };

test.each([
  ['nothing else', {}, {}, false],
  ['a turn that is just full', { turnMs: 100 }, {}, false],
  ['a turn that is overfull', { turnMs: 100.1 }, {}, true],
  ['a few requests that last long', { turnMs: 5_000, turnRequests: 4 }, {}, false],
  ['an overfull turn, over a handshake that is paid for', { turnMs: 5_000 }, { paid: true }, false],
  ['as many as may be in hand', { requests: 10 }, { paid: true }, true],
  ['bytes up to the limit', { requests: 1, bytes: 900 }, {}, false],
  ['bytes beyond the limit', { requests: 1, bytes: 901 }, { paid: true }, true],
  ['more bytes than the limit, alone', {}, { bodyBytes: 5_000 }, false],
])('%s', (_what, load, request, overloaded) => {
  expect(isOverloaded({ ...calm, ...load }, { bodyBytes: 100, paid: false, ...request }, limits)).toBe(
    overloaded,
  );
});

test('those refused together come back spread over two minutes', () => {
  expect([0, 0.5, 0.999].map(retryAfterSeconds)).toEqual([60, 120, 180]);
});
