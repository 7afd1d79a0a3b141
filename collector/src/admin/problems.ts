/**
 * Every way in which a question of an administrator fails, beside the refusals that all HTTP ports share. Closed:
 * the page chooses its words by these codes.
 */

import { EngineUnavailableError, QuestionTooLargeError } from '../clickhouse/queries/question.ts';
import { PROBLEM_CONTENT_TYPE, problemOf, refusalOf } from '../http-edge/refusal-answer.ts';
import { PersonRefusal, type PersonRefusalKind } from '../person/person-questions.ts';
import { Refusal } from '../validate/refusals.ts';
import type { ProblemAnswer } from './answers.ts';

const table = {
  'parameter-invalid': { status: 400, title: 'A parameter of the question is not valid.' },
  'application-unknown': { status: 404, title: 'No application has this id.' },
  'device-unknown': { status: 404, title: 'No device has this id.' },
  'use-unknown': { status: 404, title: 'Of this application on this device nothing is known.' },
  'quarantine-unknown': { status: 404, title: 'Quarantine knows nothing of this number.' },
  'quarantine-empty': { status: 409, title: 'There is nothing to decide about.' },
  'person-token-invalid': { status: 401, title: 'Questions about persons need a personal token.' },
  'person-reason-missing': { status: 400, title: 'Questions about persons need a reason.' },
  'person-unknown': { status: 400, title: 'Nobody can be called that.' },
  'person-question-refused': { status: 400, title: 'The database engine did not answer this question.' },
  'person-asked-too-often': {
    status: 429,
    title: 'Too many questions about persons.',
    retryAfterSeconds: 60,
  },
  'engine-unavailable': {
    status: 503,
    title: 'The database engine does not answer at the moment.',
    retryAfterSeconds: 5,
  },
  'question-too-large': {
    status: 503,
    title: 'The database engine gave up on this question.',
    retryAfterSeconds: 30,
  },
  'method-not-allowed': { status: 405, title: 'This address takes no such request.' },
} as const satisfies Record<string, { status: number; title: string; retryAfterSeconds?: number }>;

export type ProblemCode = keyof typeof table;

/** A question that is not answered; `detail` is for the person who asked. */
export class Problem extends Error {
  override name = 'Problem';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
  }
}

export { PROBLEM_CONTENT_TYPE };

export interface ProblemReply {
  answer: ProblemAnswer;
  retryAfterSeconds: number | undefined;
  /** Nobody expected it: the operator's log should hold the cause. */
  unexpected: boolean;
}

/** What to answer for whatever a route threw. */
export function problemReply(error: unknown): ProblemReply {
  const problem = asProblem(error);
  if (problem) {
    const kind: { status: number; title: string; retryAfterSeconds?: number } = table[problem.code];
    const { status, title } = kind;
    const type = `urn:fleetmeter:problem:${problem.code}`;
    return {
      answer: { type, title, status, detail: problem.message, code: problem.code },
      retryAfterSeconds: kind.retryAfterSeconds,
      unexpected: false,
    };
  }
  const refusal = isBadAddress(error)
    ? new Refusal('route-unknown', 'there is no such address here')
    : refusalOf(error);
  const { permanent: _agentsOnly, ...answer } = problemOf(refusal);
  const unexpected = refusal.code === 'internal-error';
  return { answer, retryAfterSeconds: undefined, unexpected };
}

/** What the file server says of paths that lead out of its folder or are no paths. */
function isBadAddress(error: unknown): boolean {
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  return code === undefined && statusCode !== undefined && statusCode >= 400 && statusCode < 500;
}

const PERSON_CODES: Readonly<Record<PersonRefusalKind, ProblemCode>> = {
  token: 'person-token-invalid',
  'too-often': 'person-asked-too-often',
  reason: 'person-reason-missing',
  person: 'person-unknown',
};

function asProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof PersonRefusal)
    return new Problem(PERSON_CODES[error.kind], error.message, { cause: error });
  const { name } = error as Error;
  if (name === 'PersonQuestionError')
    return new Problem('person-question-refused', (error as Error).message, { cause: error });
  if (name === 'PersonEngineDownError')
    return new Problem('engine-unavailable', 'Nothing was read; ask again.', { cause: error });
  if (error instanceof EngineUnavailableError)
    return new Problem(
      'engine-unavailable',
      'Reports of devices are still accepted and nothing is lost; answers come back when the engine does.',
      { cause: error },
    );
  if (error instanceof QuestionTooLargeError)
    return new Problem('question-too-large', 'Narrow the question, or ask through the SQL port.', {
      cause: error,
    });
  const { validation, message } = error as { validation?: unknown; message?: string };
  return validation ? new Problem('parameter-invalid', message ?? '', { cause: error }) : undefined;
}
