/** What an HTTP answer means. Pure. Whatever is not proof that the collector has it means: try again. */
import { ANSWER_CONTENT_TYPE } from '@fleetmeter/proto';
import type { HttpAnswer } from './http-exchange.ts';

export type Verdict =
  /** A whole answer of the collector: decode the body. */
  | { is: 'answer'; body: Uint8Array }
  /** The same bytes will always be refused. */
  | { is: 'refused'; code: string; detail: string }
  /** The collector does not know the key (any more): enrol. */
  | { is: 'key-unknown' }
  /** An administrator has to act: the join string does not count, or the device was put out. Later, again. */
  | { is: 'not-admitted'; code: string; detail: string; retryAfterMs: number }
  | { is: 'retry'; why: string; retryAfterMs: number };

/** Statuses that may be permanent; their problem document says whether they are. */
const MAY_BE_PERMANENT = new Set([400, 401, 409, 413, 415, 422]);
const NOT_ADMITTED = /^(?:token-[a-z-]+|device-revoked)$/;
export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** Code, detail and permanence as in the collector's problem document (RFC 9457 with two members of our own). */
interface Problem {
  code?: unknown;
  detail?: unknown;
  title?: unknown;
  permanent?: unknown;
}

/** `nowMs` is wall time, for Retry-After given as a date. */
export function readAnswer(answer: HttpAnswer, nowMs: number): Verdict {
  if (answer.status === 200)
    return isType(answer.contentType, ANSWER_CONTENT_TYPE)
      ? { is: 'answer', body: answer.body }
      : retry(
          answer,
          nowMs,
          `status 200 with content type ${JSON.stringify(answer.contentType.slice(0, 60))}: not the collector`,
        );
  const problem = readProblem(answer);
  const code = text(problem?.code) || `http-${answer.status}`;
  if (answer.status === 401 && code === 'key-unknown') return { is: 'key-unknown' };
  const detail = text(problem?.detail) || text(problem?.title);
  if (answer.status === 403 && NOT_ADMITTED.test(code))
    return { is: 'not-admitted', code, detail, retryAfterMs: retryAfterMs(answer.retryAfter, nowMs) };
  if (MAY_BE_PERMANENT.has(answer.status) && problem?.permanent === true)
    return { is: 'refused', code, detail };
  return retry(answer, nowMs, `${answer.status} ${code} ${detail}`.trim());
}

/** Milliseconds that a Retry-After header asks for: a number of seconds or an HTTP date; 0 when it is neither. */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  const seconds = /^\s*\d{1,9}\s*$/.test(header) ? Number(header) : undefined;
  const ms = seconds !== undefined ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

function retry(answer: HttpAnswer, nowMs: number, why: string): Verdict {
  return { is: 'retry', why, retryAfterMs: retryAfterMs(answer.retryAfter, nowMs) };
}

function readProblem(answer: HttpAnswer): Problem | undefined {
  if (!isType(answer.contentType, PROBLEM_CONTENT_TYPE)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(answer.body).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Problem) : undefined;
  } catch {
    return undefined;
  }
}

function isType(contentType: string, expected: string): boolean {
  return contentType.split(';')[0]?.trim().toLowerCase() === expected;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 300) : '';
}
