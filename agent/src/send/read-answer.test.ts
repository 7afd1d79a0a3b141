import { ANSWER_CONTENT_TYPE } from '@fleetmeter/proto';
import { describe, expect, test } from 'vitest';
import { readAnswer, retryAfterMs } from './read-answer.ts';

const NOW = Date.UTC(2026, 0, 1);
const answer = (status: number, contentType: string, body = '', retryAfter?: string) => ({
  status,
  contentType,
  retryAfter,
  body: Buffer.from(body),
});
const problem = (status: number, fields: object, retryAfter?: string) =>
  readAnswer(answer(status, 'application/problem+json', JSON.stringify(fields), retryAfter), NOW);

test('only 200 with the collector’s own content type is an answer', () => {
  expect(readAnswer(answer(200, ANSWER_CONTENT_TYPE), NOW).is).toBe('answer');
  expect(readAnswer(answer(200, `${ANSWER_CONTENT_TYPE.toUpperCase()}; v=1`), NOW).is).toBe('answer');
  expect(readAnswer(answer(200, 'text/html', '<html>'), NOW).is).toBe('retry');
  expect(readAnswer(answer(204, ANSWER_CONTENT_TYPE), NOW).is).toBe('retry');
  expect(readAnswer(answer(302, 'text/html'), NOW).is).toBe('retry');
});

test('a refusal is permanent only where the collector itself says so', () => {
  for (const status of [400, 401, 409, 413, 415, 422]) {
    expect(problem(status, { code: 'x', permanent: true }).is).toBe('refused');
    expect(problem(status, { code: 'x', permanent: false }).is).toBe('retry');
    expect(readAnswer(answer(status, 'text/html', 'no'), NOW).is).toBe('retry');
  }
  for (const status of [403, 404, 429, 500, 502, 503])
    expect(problem(status, { code: 'x', permanent: true }).is).toBe('retry');
});

test('an unknown key asks for enrolment, any other 401 for patience', () => {
  expect(problem(401, { code: 'key-unknown' }).is).toBe('key-unknown');
  expect(problem(401, { code: 'signature-wrong' }).is).toBe('retry');
});

test('problem documents that are none do no harm', () => {
  for (const body of ['', 'null', '[]', '{', '7'])
    expect(readAnswer(answer(503, 'application/problem+json', body), NOW)).toMatchObject({ is: 'retry' });
});

describe('what is not from the collector', () => {
  const between = 'something between this computer and the collector answers in its place';
  const html = (status: number, more: object = {}) =>
    readAnswer({ ...answer(status, 'text/html; charset=utf-8', '<html>Log in</html>'), ...more }, NOW);

  test.each([200, 201, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 511])(
    'an HTML page with status %i acknowledges nothing, refuses nothing, and is said to be a stranger',
    (status) => {
      expect(html(status)).toMatchObject({ is: 'retry', why: expect.stringContaining(between) });
    },
  );

  test('is told apart: sign-in page, redirect, gateway', () => {
    expect(html(200)).toMatchObject({ why: expect.stringContaining('sign-in page') });
    expect(html(302, { location: 'http://portal.example/login' })).toMatchObject({
      why: expect.stringContaining('leads elsewhere (302, "http://portal.example/login")'),
    });
    expect(html(511)).toMatchObject({ why: expect.stringContaining('sign in (511)') });
    expect(html(502)).toMatchObject({ why: expect.stringContaining('gateway') });
    expect(readAnswer(answer(200, ''), NOW)).toMatchObject({
      why: expect.stringContaining('no content type'),
    });
  });

  test('a problem document with a status of success is none of the collector', () => {
    expect(problem(200, { code: 'key-unknown', permanent: true })).toMatchObject({
      why: expect.stringContaining(between),
    });
  });

  test('may ask for an hour of patience at most; the collector may ask for more', () => {
    expect(html(503, { retryAfter: '86400' })).toMatchObject({ retryAfterMs: 3_600_000 });
    expect(html(503, { retryAfter: '60' })).toMatchObject({ retryAfterMs: 60_000 });
    expect(problem(503, { code: 'overloaded' }, '86400')).toMatchObject({ retryAfterMs: 86_400_000 });
  });
});

test.each([429, 503])('status %i of the collector says when to come again', (status) => {
  expect(problem(status, { code: 'overloaded', detail: 'later' }, '120')).toEqual({
    is: 'retry',
    why: `${status} overloaded later`,
    retryAfterMs: 120_000,
  });
});

test('Retry-After is read as seconds or as a date', () => {
  expect(retryAfterMs('120', NOW)).toBe(120_000);
  expect(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', NOW)).toBe(30_000);
  for (const header of [undefined, '', 'soon', '-3', '1e9']) expect(retryAfterMs(header, NOW)).toBe(0);
});
