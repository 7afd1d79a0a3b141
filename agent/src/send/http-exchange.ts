/** One POST to the collector and its whole answer, bounded in time and size. Knows nothing of what is sent. */
import { ENVELOPE_CONTENT_TYPE } from '@fleetmeter/proto';
import { Agent, request } from 'undici';

/** A SendEvidence directive may list the ids of a whole inventory. */
const MOST_ANSWER_BYTES = 4 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 60_000;

export interface HttpAnswer {
  status: number;
  contentType: string;
  retryAfter: string | undefined;
  body: Uint8Array;
}

export type ApiPath = '/v1/enrol' | '/v1/report' | '/v1/evidence';

export interface Exchange {
  /** Rejects when no whole answer came. */
  post(path: ApiPath, envelope: Uint8Array, signal: AbortSignal): Promise<HttpAnswer>;
  /** Request body bytes handed to the network so far. */
  readonly sentBytes: number;
  close(): Promise<void>;
}

export class HttpExchange implements Exchange {
  readonly #collectorUrl: () => string;
  /** One connection, kept: the agent sends one request at a time. */
  readonly #agent = new Agent({
    connections: 1,
    pipelining: 1,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
    maxResponseSize: MOST_ANSWER_BYTES,
  });
  sentBytes = 0;

  /** `collectorUrl` without trailing slash; asked with each request, since an agent may be sent elsewhere. */
  constructor(collectorUrl: () => string) {
    this.#collectorUrl = collectorUrl;
  }

  async post(path: ApiPath, envelope: Uint8Array, signal: AbortSignal): Promise<HttpAnswer> {
    this.sentBytes += envelope.length;
    // No redirects are followed: a collector has none, a captive portal does.
    const response = await request(this.#collectorUrl() + path, {
      method: 'POST',
      dispatcher: this.#agent,
      signal,
      headers: { 'content-type': ENVELOPE_CONTENT_TYPE },
      body: Buffer.from(envelope.buffer, envelope.byteOffset, envelope.length),
    });
    const header = (name: string): string | undefined => {
      const value = response.headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    return {
      status: response.statusCode,
      contentType: header('content-type') ?? '',
      retryAfter: header('retry-after'),
      body: new Uint8Array(await response.body.arrayBuffer()),
    };
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}
