import { ANSWER_CONTENT_TYPE } from '@fleetmeter/proto';
import { expect, test } from 'vitest';
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

test('Retry-After is read as seconds or as a date', () => {
  expect(retryAfterMs('120', NOW)).toBe(120_000);
  expect(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', NOW)).toBe(30_000);
  for (const header of [undefined, '', 'soon', '-3', '1e9']) expect(retryAfterMs(header, NOW)).toBe(0);
});
