/**
 * Passes a question about persons on, as it was asked, and brings the answer back whole: what is logged of it comes
 * before it. The embedded engine knows the collector by a role of its own, whose gate judges the statement. A server of
 * somebody else has no such gate: there it is the collector's account, which may only read, within the same bounds.
 */
import { ClickHouseError, ClickHouseLogLevel, createClient, type DataFormat } from '@clickhouse/client';
import type { ClickHouseAddress } from './clickhouse.ts';
import { READER_BOUNDS } from './grants.ts';

export interface PersonAnswer {
  body: Buffer;
  contentType: string;
  rows: number;
}

/** Asked, and refused or broken off by the engine; the message is for who asked. */
export class PersonQuestionError extends Error {
  override name = 'PersonQuestionError';
  /** It was not carried out: its text is to blame. */
  readonly refused: boolean;
  constructor(message: string, refused: boolean, options?: ErrorOptions) {
    super(message, options);
    this.refused = refused;
  }
}

/** The engine cannot be reached or has no room now. */
export class PersonEngineDownError extends Error {
  override name = 'PersonEngineDownError';
}

export interface PersonAsker {
  ask(statement: string, format: string): Promise<PersonAnswer>;
  close(): Promise<void>;
}

/** Bytes of one answer; it is held in memory until its log entry is on the disk. */
const MOST_BYTES = 64 * 1024 ** 2;
const REQUEST_TIMEOUT_MS = 60_000;
/** Codes of ClickHouse: too many queries, aborted by a stop. */
const BUSY_CODES: ReadonlySet<string> = new Set(['202', '236']);
/** Timeout, memory, too many rows or bytes: it ran. */
const BROKEN_OFF_CODES: ReadonlySet<string> = new Set(['159', '160', '241', '307', '396']);

/** `settings`: of the account where the engine does not bound it by itself. */
export function personAsker(
  address: ClickHouseAddress,
  settings: Readonly<Record<string, string | number>> = {},
): PersonAsker {
  const client = createClient({
    url: address.url,
    username: address.username,
    password: address.password,
    ...(address.databases && { database: address.databases.final }),
    ...(address.authorities && { tls: { ca_cert: address.authorities } }),
    request_timeout: REQUEST_TIMEOUT_MS,
    max_open_connections: 4,
    log: { level: ClickHouseLogLevel.OFF },
  });
  return {
    async ask(statement, format) {
      try {
        const answer = await client.exec({
          query: statement,
          clickhouse_settings: { ...settings, wait_end_of_query: 1, default_format: format as DataFormat },
        });
        const pieces: Buffer[] = [];
        let bytes = 0;
        for await (const piece of answer.stream) {
          bytes += (piece as Buffer).length;
          if (bytes > MOST_BYTES) {
            answer.stream.destroy();
            throw new PersonQuestionError(
              `the answer has more than ${MOST_BYTES} bytes: add a LIMIT or a WHERE`,
              false,
            );
          }
          pieces.push(piece as Buffer);
        }
        const type = answer.response_headers?.['content-type'];
        return {
          body: Buffer.concat(pieces),
          contentType: typeof type === 'string' ? type : 'application/octet-stream',
          rows: Number(answer.summary?.result_rows ?? 0),
        };
      } catch (error) {
        throw understood(error);
      }
    },
    close: () => client.close(),
  };
}

/** For an account that has rights to do more than read. */
export const READ_ONLY = {
  ...READER_BOUNDS,
  readonly: 1,
  allow_ddl: 0,
  allow_introspection_functions: 0,
  result_overflow_mode: 'throw',
  timeout_overflow_mode: 'throw',
} as const;

function understood(error: unknown): unknown {
  if (error instanceof PersonQuestionError) return error;
  if (!(error instanceof ClickHouseError) || BUSY_CODES.has(error.code))
    return new PersonEngineDownError('the engine does not answer now', { cause: error });
  const [line = ''] = error.message.split('\n');
  return new PersonQuestionError(line.slice(0, 1_000), !BROKEN_OFF_CODES.has(error.code), { cause: error });
}
