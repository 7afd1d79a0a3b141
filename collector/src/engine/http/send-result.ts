import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, deflate, gzip, zstdCompress } from 'node:zlib';
import type { EngineError } from '../engine-error.ts';
import type { StatementResult } from '../read/reader-query.ts';

const contentTypes: [RegExp, string][] = [
  [
    /^(?:JSON|JSONStrings|JSONCompact|JSONCompactStrings|JSONColumns\w*|JSONCompactColumns|JSONObjectEachRow)$/,
    'application/json; charset=UTF-8',
  ],
  [/^(?:\w*EachRow\w*|NDJSON|JSONLines)$/, 'application/x-ndjson; charset=UTF-8'],
  [/^(?:TSV|TabSeparated)/, 'text/tab-separated-values; charset=UTF-8'],
  [/^CSVWith/, 'text/csv; charset=UTF-8; header=present'],
  [/^CSV$/, 'text/csv; charset=UTF-8; header=absent'],
  [/^XML$/, 'application/xml; charset=UTF-8'],
  [/^(?:Pretty|Vertical|Values|TSKV|Markdown)/, 'text/plain; charset=UTF-8'],
];

const fastGzip = { level: 3 };
const fastBrotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } };
const encoders = new Map<string, (bytes: Buffer) => Promise<Buffer>>([
  ['zstd', (bytes) => promisify(zstdCompress)(bytes)],
  ['gzip', (bytes) => promisify(gzip)(bytes, fastGzip)],
  ['br', (bytes) => promisify(brotliCompress)(bytes, fastBrotli)],
  ['deflate', (bytes) => promisify(deflate)(bytes, fastGzip)],
]);

/**
 * Send a result that is complete in memory (its bound is the limit of its query), so that a failing query has
 * an honest status and never half a body.
 */
export async function sendResult(
  request: IncomingMessage,
  response: ServerResponse,
  result: StatementResult,
  compress: boolean,
  written: boolean,
): Promise<void> {
  const encoding = compress ? acceptedEncoding(request.headers['accept-encoding']) : undefined;
  const body = (await (encoding && encoders.get(encoding)?.(result.bytes))) ?? result.bytes;
  const type = contentTypes.find(([format]) => format.test(result.format))?.[1];
  response.writeHead(200, {
    'Content-Type': type ?? 'application/octet-stream',
    'X-ClickHouse-Format': result.format,
    'X-ClickHouse-Summary': summary(result, written),
    ...(encoding ? { 'Content-Encoding': encoding } : {}),
    'Content-Length': body.length,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

export function sendError(response: ServerResponse, error: EngineError, closing: boolean): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = Buffer.from(`${error.text}\n`);
  response.writeHead(error.status, {
    'Content-Type': 'text/plain; charset=UTF-8',
    'X-ClickHouse-Exception-Code': String(error.code),
    ...(error.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(error.retryAfterSeconds) }),
    ...(closing ? { Connection: 'close' } : {}),
    'Content-Length': body.length,
  });
  response.end(body);
}

function acceptedEncoding(header: string | string[] | undefined): string | undefined {
  const offered = String(header ?? '')
    .toLowerCase()
    .split(',')
    .filter((part) => !/;\s*q=0(?:\.0*)?\s*$/.test(part))
    .map((part) => part.split(';')[0]?.trim() ?? '');
  return [...encoders.keys()].find((name) => offered.includes(name));
}

function summary(result: StatementResult, written: boolean): string {
  const [rows, bytes] = [String(result.rows), String(result.rowBytes)];
  return JSON.stringify({
    read_rows: rows,
    read_bytes: bytes,
    written_rows: written ? rows : '0',
    written_bytes: written ? bytes : '0',
    total_rows_to_read: '0',
    result_rows: rows,
    result_bytes: bytes,
    elapsed_ns: String(Math.round(result.seconds * 1e9)),
  });
}
