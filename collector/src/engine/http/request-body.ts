import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { badRequest, EngineError, tooLarge } from '../engine-error.ts';

/** The body as it was before Content-Encoding. The caller counts its bytes and stops at its own bound. */
export function decodedBody(request: IncomingMessage): Readable {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const decoder = decoderOf(encoding);
  if (!decoder) return request;
  // Errors reach whoever iterates the decoder; the callback only keeps pipeline from raising them again.
  return pipeline(request, decoder, () => undefined);
}

function decoderOf(encoding: string) {
  switch (encoding) {
    case 'identity':
    case '':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'zstd':
      return createZstdDecompress();
    case 'br':
      return createBrotliDecompress();
    default:
      throw badRequest(
        `The Content-Encoding ${encoding.slice(0, 40)} is not supported: gzip, deflate, zstd, br.`,
      );
  }
}

/** The beginning of a body, and a way to go on with the rest. */
export interface BodyHead {
  head: Buffer;
  /** The whole body is in `head`. */
  complete: boolean;
  rest: AsyncIterable<Buffer>;
}

/** Read until `maxBytes` are there or the body ends. */
export async function bodyHead(body: Readable, maxBytes: number): Promise<BodyHead> {
  const iterator = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    while (bytes <= maxBytes) {
      const next = await iterator.next();
      if (next.done) return { head: Buffer.concat(chunks), complete: true, rest: nothing() };
      chunks.push(next.value);
      bytes += next.value.length;
    }
  } catch (error) {
    throw unreadable(error);
  }
  return { head: Buffer.concat(chunks), complete: false, rest: rest(iterator) };
}

/** A body that must be small. */
export async function smallBody(body: Readable, maxBytes: number, what: string): Promise<Buffer> {
  const { head, complete } = await bodyHead(body, maxBytes);
  if (!complete || head.length > maxBytes) throw tooLarge(`${what} may have at most ${maxBytes} bytes.`);
  return head;
}

async function* nothing(): AsyncGenerator<Buffer> {}

async function* rest(iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  return badRequest(`The body could not be read: ${error instanceof Error ? error.message : String(error)}.`);
}
