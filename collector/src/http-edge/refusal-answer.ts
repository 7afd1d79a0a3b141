/** What a refused request is answered with: a problem document (RFC 9457) that carries the code. */
import { STATUS_CODES } from 'node:http';
import { EnvelopeError } from '@fleetmeter/proto/opening';
import { StreamFullError } from '../stream/stream.ts';
import { REFUSALS, Refusal, type RefusalCode } from '../validate/refusals.ts';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: RefusalCode;
  /** The same bytes will always be refused. */
  permanent: boolean;
}

export function problemOf({ code, message, kind }: Refusal): Problem {
  return {
    type: `urn:fleetmeter:refusal:${code}`,
    title: kind.meaning,
    status: kind.status,
    detail: message,
    code,
    permanent: kind.permanent,
  };
}

/** Codes of Fastify's own errors that have a place in our table. */
const FASTIFY_CODES: Readonly<Record<string, RefusalCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'content-type-unsupported',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'http-malformed',
  FST_ERR_BAD_URL: 'route-unknown',
  FST_ERR_ASYNC_CONSTRAINT: 'route-unknown',
};

/** The refusal that an error stands for; `internal-error` for what nobody expected. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof EnvelopeError) return new Refusal(error.fault, error.message, { cause: error });
  if (error instanceof StreamFullError) return new Refusal('stream-full', error.message, { cause: error });
  const code = FASTIFY_CODES[(error as { code?: string }).code ?? ''];
  if (code) return new Refusal(code, REFUSALS[code].meaning, { cause: error });
  return new Refusal('internal-error', 'the request could not be handled', { cause: error });
}

/** What Node's HTTP parser refuses never reaches a route; these are its error codes. */
export function parserRefusal(code: string | undefined): Refusal {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Refusal('request-timeout', 'the request did not arrive in time');
  if (code === 'HPE_HEADER_OVERFLOW') return new Refusal('headers-too-large', 'the headers are too large');
  return new Refusal('http-malformed', 'the request is not valid HTTP');
}

/** The same answer for a connection whose request could not be parsed; it closes the connection. */
export function rawAnswer(refusal: Refusal): string {
  const body = JSON.stringify(problemOf(refusal));
  const { status } = refusal.kind;
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${PROBLEM_CONTENT_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
