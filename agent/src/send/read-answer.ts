/**
 * What an HTTP answer means. Pure. Whatever is not proof that the collector has it means: try again.
 *
 * A collector answers with its own content type, or with a problem document. Whatever else comes is not from it, but
 * from something between: a network's sign-in page, a gateway, another program at the address. It is said so, and
 * neither believed nor followed.
 */
import { ANSWER_CONTENT_TYPE } from '@fleetmeter/proto';
import type { HttpAnswer } from './http-exchange.ts';

export type Verdict =
  /** A whole answer of the collector: decode the body. */
  | { is: 'answer'; body: Uint8Array }
  /** The same bytes will always be refused. */
  | { is: 'refused'; code: string; detail: string }
  /** The collector does not know the key (any more): enrol. */
  | { is: 'key-unknown' }
  /**
   * An administrator has to act: the join string does not count, the device was put out, or the versions of agent and
   * collector do not fit. Later, again.
   */
  | { is: 'not-admitted'; code: string; detail: string; retryAfterMs: number }
  | { is: 'retry'; why: string; retryAfterMs: number };

/** Statuses that may be permanent; their problem document says whether they are. */
const MAY_BE_PERMANENT = new Set([400, 401, 409, 413, 415, 422]);
/** Codes by status. */
const NOT_ADMITTED: ReadonlyMap<number, RegExp> = new Map([
  [
    403,
    /^(?:token-[a-z-]+|device-revoked|device-erased|client-certificate-[a-z]+|key-replaced|awaiting-approval|join-rejected|approval-queue-full)$/,
  ],
  [415, /^wire-version-unsupported$/],
]);
export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** Code, detail and permanence as in the collector's problem document (RFC 9457 with two members of our own). */
interface Problem {
  code?: unknown;
  detail?: unknown;
  title?: unknown;
  permanent?: unknown;
}

/** Whoever is not the collector may ask for at most this much patience. */
const LONGEST_PATIENCE_WITH_STRANGERS_MS = 3_600_000;

/** `nowMs` is wall time, for Retry-After given as a date. */
export function readAnswer(answer: HttpAnswer, nowMs: number): Verdict {
  if (answer.status === 200 && isType(answer.contentType, ANSWER_CONTENT_TYPE))
    return { is: 'answer', body: answer.body };
  const problem = readProblem(answer);
  if (answer.status < 400 || !problem) return notTheCollector(answer, nowMs);
  const code = text(problem.code) || `http-${answer.status}`;
  if (answer.status === 401 && code === 'key-unknown') return { is: 'key-unknown' };
  const detail = text(problem.detail) || text(problem.title);
  if (NOT_ADMITTED.get(answer.status)?.test(code))
    return { is: 'not-admitted', code, detail, retryAfterMs: retryAfterMs(answer.retryAfter, nowMs) };
  if (MAY_BE_PERMANENT.has(answer.status) && problem.permanent === true)
    return { is: 'refused', code, detail };
  return {
    is: 'retry',
    why: `${answer.status} ${code} ${detail}`.trim(),
    retryAfterMs: retryAfterMs(answer.retryAfter, nowMs),
  };
}

function notTheCollector(answer: HttpAnswer, nowMs: number): Verdict {
  const asked = Math.min(retryAfterMs(answer.retryAfter, nowMs), LONGEST_PATIENCE_WITH_STRANGERS_MS);
  return {
    is: 'retry',
    why: `something between this computer and the collector answers in its place: ${strangersWords(answer)}`,
    retryAfterMs: asked,
  };
}

function strangersWords({ status, contentType, location }: HttpAnswer): string {
  if (status === 511) return 'the network wants somebody to sign in (511)';
  if (status >= 300 && status < 400)
    return `it leads elsewhere (${status}${location ? `, ${JSON.stringify(location.slice(0, 200))}` : ''}), as a network's sign-in page does`;
  const type = contentType ? JSON.stringify(contentType.slice(0, 60)) : 'no content type';
  if (status >= 500) return `a gateway without a collector behind it, it seems (${status}, ${type})`;
  return `a network's sign-in page, or another program at this address (${status}, ${type})`;
}

/** Milliseconds that a Retry-After header asks for: a number of seconds or an HTTP date; 0 when it is neither. */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  const seconds = /^\s*\d{1,9}\s*$/.test(header) ? Number(header) : undefined;
  const ms = seconds !== undefined ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
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
