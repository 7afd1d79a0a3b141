import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EngineCore } from '../engine-core.ts';
import { denied, EngineError, tooLarge } from '../engine-error.ts';
import { personDatabases, type ReadableDatabases, readerDatabases } from '../gate/readable-names.ts';
import type { StatementRequest } from '../read/reader-query.ts';
import { senderShape } from '../read/statement-shape.ts';
import { type InsertHead, insertHead, valuesOnly } from '../write/insert-head.ts';
import type { Role } from './credentials.ts';
import { bodyHead, decodedBody, smallBody } from './request-body.ts';
import type { RequestParameters } from './request-parameters.ts';
import { sendResult } from './send-result.ts';

/** `/`: one statement, and for the writer its data. */
export async function queryRoute(
  core: EngineCore,
  role: Role,
  asked: RequestParameters,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  if (role === 'writer') return await writerQuery(core, asked, request, response, signal);
  const databases = role === 'person' ? personDatabases : readerDatabases;
  await readerQuery(core, databases, asked, request, response, signal);
}

async function readerQuery(
  core: EngineCore,
  databases: ReadableDatabases,
  asked: RequestParameters,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { limits } = core;
  const body = await smallBody(decodedBody(request), limits.readerTextBytes, 'A statement of a reader');
  const text = wholeText(asked.query, body);
  if (text.length > limits.readerTextBytes) {
    throw tooLarge(`A statement of a reader may have at most ${limits.readerTextBytes} bytes.`);
  }
  const sender = senderShape(request.headers);
  const result = await core.read(statementRequest(asked, text), sender, databases, signal);
  core.answers.hold(result.bytes.length, response);
  core.stats.resultBytes += result.bytes.length;
  await sendResult(request, response, result, asked.compressResponse, false);
}

async function writerQuery(
  core: EngineCore,
  asked: RequestParameters,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { limits } = core;
  const inUrl = asked.query === undefined ? undefined : Buffer.from(asked.query);
  const body = await bodyHead(decodedBody(request), limits.writerTextBytes);
  const insert = insertHead(inUrl ?? body.head);
  if (insert) {
    const data = inUrl
      ? Buffer.concat([dataInUrl(inUrl, insert), body.head])
      : body.head.subarray(insert.dataStart);
    const checked = insert.format === 'Values' ? checkedValues(data, body.complete) : data;
    await insertData(core, asked, insert, checked, body.rest, request, response, signal);
    return;
  }
  const text = wholeText(asked.query, body.head);
  if (!body.complete || text.length > limits.writerTextBytes) {
    throw tooLarge(`A statement without data may have at most ${limits.writerTextBytes} bytes.`);
  }
  if (
    request.method === 'GET' &&
    !/^\s*(?:SELECT|WITH|SHOW|DESC|EXISTS|EXPLAIN)/i.test(text.toString('latin1'))
  ) {
    throw denied('GET may only read; send statements that change something with POST.');
  }
  const result = await core.write(statementRequest(asked, text), signal);
  core.stats.resultBytes += result.bytes.length;
  await sendResult(request, response, result, asked.compressResponse, false);
}

async function insertData(
  core: EngineCore,
  asked: RequestParameters,
  insert: InsertHead,
  data: Buffer,
  rest: AsyncIterable<Buffer>,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  if (request.method === 'GET') throw denied('GET may only read; send inserts with POST.');
  const spooled = await core.spool.keep(data, rest, core.limits.writerBodyBytes);
  const written = await core
    .insert(statementRequest(asked, Buffer.from(insert.statement)), spooled, signal)
    .finally(() => spooled.discard());
  await sendResult(request, response, { ...written, format: insert.format }, false, true);
}

/** Only short VALUES can be looked through; longer data has better formats. */
function checkedValues(data: Buffer, complete: boolean): Buffer {
  if (!complete) throw tooLarge('VALUES are for small inserts; send FORMAT JSONEachRow, CSV or Native.');
  const values = valuesOnly(data);
  if (!values) throw new EngineError(62, 'SYNTAX_ERROR', 400, 'Nothing may follow the ; behind VALUES.');
  return values;
}

/** A line end that only ends the URL's statement is no data. */
function dataInUrl(text: Buffer, insert: InsertHead): Buffer {
  const data = text.subarray(insert.dataStart);
  return data.toString('latin1').trim() === '' ? Buffer.alloc(0) : data;
}

/** As ClickHouse does: the URL's part and the body are one text. */
function wholeText(query: string | undefined, body: Buffer): Buffer {
  if (query === undefined) return body;
  return body.length === 0 ? Buffer.from(query) : Buffer.concat([Buffer.from(`${query}\n`), body]);
}

function statementRequest(asked: RequestParameters, text: Buffer): StatementRequest {
  const settings = new Map(asked.settings);
  // Settings of HTTP itself: the embedded engine knows some of them and must not act on any.
  for (const name of httpOnly) settings.delete(name);
  return {
    text,
    parameters: asked.parameters,
    settings,
    database: asked.database,
    defaultFormat: asked.defaultFormat,
  };
}

const httpOnly = [
  'enable_http_compression',
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'http_zlib_compression_level',
  'buffer_size',
  'http_response_buffer_size',
];
