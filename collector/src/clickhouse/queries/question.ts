/**
 * How a question of an administrator is asked: bounded in time, answered as plain values, and with failures told
 * apart by what the person in front of the page can do about them.
 *
 * Numbers come as numbers: what is counted here stays far below 2^53, and ids are text in every view.
 */
import { ClickHouseError } from '@clickhouse/client';
import type { ClickHouse } from '../clickhouse.ts';

/** The engine cannot be reached or has no room now; the same question will work later. */
export class EngineUnavailableError extends Error {
  override name = 'EngineUnavailableError';
}

/** How soon a question that is under way notices that the engine does not answer any more. */
const LOOK_EVERY_MS = 250;

/** The same engine, whose rows are not waited for while it is known not to answer: every question fails at once then. */
export function askedWhileUp(clickhouse: ClickHouse, isUp: () => boolean): ClickHouse {
  return {
    ...clickhouse,
    async rows<T>(sql: string, parameters?: Record<string, unknown>) {
      if (!isUp()) throw new EngineUnavailableError('the engine does not answer');
      let timer: NodeJS.Timeout | undefined;
      const down = new Promise<never>((_resolve, reject) => {
        timer = setInterval(() => {
          if (!isUp()) reject(new EngineUnavailableError('the engine does not answer any more'));
        }, LOOK_EVERY_MS);
      });
      try {
        return await Promise.race([clickhouse.rows<T>(sql, parameters), down]);
      } finally {
        clearInterval(timer);
      }
    },
  };
}

/** The engine gave up on the question: it took too long or too much memory. */
export class QuestionTooLargeError extends Error {
  override name = 'QuestionTooLargeError';
}

/** A page is waiting; an answer after this time is of no use to anybody. */
const ANSWER_WITHIN_SECONDS = 20;
const SETTINGS = `SETTINGS max_execution_time = ${ANSWER_WITHIN_SECONDS}, output_format_json_quote_64bit_integers = 0,
  date_time_output_format = 'iso', join_use_nulls = 0, enable_join_runtime_filters_index_analysis = 1`;

/** Codes of ClickHouse: too many queries, aborted by a stop. */
const BUSY_CODES: ReadonlySet<string> = new Set(['202', '236']);
/** Timeout, memory, too many rows or bytes. */
const TOO_LARGE_CODES: ReadonlySet<string> = new Set(['159', '160', '241', '396']);

/** Many tabs ask the same every two seconds: a question that is under way is not asked once more. */
const underWay = new WeakMap<ClickHouse, Map<string, Promise<unknown>>>();

export async function ask<T>(
  clickhouse: ClickHouse,
  sql: string,
  parameters: Record<string, unknown> = {},
): Promise<T[]> {
  const questions = underWay.get(clickhouse) ?? new Map<string, Promise<unknown>>();
  underWay.set(clickhouse, questions);
  const question = JSON.stringify([sql, parameters]);
  const asked = questions.get(question) as Promise<T[]> | undefined;
  const answer =
    asked ?? clickhouse.rows<T>(`${sql}\n${SETTINGS}`, parameters).finally(() => questions.delete(question));
  if (!asked) questions.set(question, answer);
  try {
    return await inTime(answer);
  } catch (error) {
    throw understood(error);
  }
}

/** An engine that hangs does not keep its own time limit. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const seconds = ANSWER_WITHIN_SECONDS + 5;
    timer = setTimeout(
      () => reject(new EngineUnavailableError(`no answer within ${seconds} s`)),
      seconds * 1000,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function understood(error: unknown): unknown {
  if (!(error instanceof ClickHouseError)) {
    if (error instanceof EngineUnavailableError) return error;
    // Everything the client throws without an answer of the engine is about the connection.
    return new EngineUnavailableError('the engine does not answer', { cause: error });
  }
  if (BUSY_CODES.has(error.code)) return new EngineUnavailableError('the engine is busy', { cause: error });
  if (TOO_LARGE_CODES.has(error.code))
    return new QuestionTooLargeError('the engine gave up on this question', { cause: error });
  return error;
}
