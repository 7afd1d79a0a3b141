/** One POST to the collector and its whole answer, bounded in time and size. Knows nothing of what is sent. */
import { ENVELOPE_CONTENT_TYPE } from '@fleetmeter/proto';
import { Agent, request } from 'undici';
import type { TlsTrust } from './pinned-authorities.ts';
import { sessionKeepingConnector } from './session-keeping-connector.ts';

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
  readonly #trust: () => TlsTrust | undefined;
  #agent: Agent | undefined;
  /** The authorities that #agent's connections were made with. */
  #trusted: string | undefined;
  sentBytes = 0;

  /**
   * `collectorUrl` without trailing slash; asked with each request, as is `trust`, since an agent may be sent elsewhere.
   * With a trust nothing is sent to a URL that is not https. Without, whatever the system trusts, or no TLS at all.
   */
  constructor(collectorUrl: () => string, trust: () => TlsTrust | undefined = () => undefined) {
    this.#collectorUrl = collectorUrl;
    this.#trust = trust;
  }

  async post(path: ApiPath, envelope: Uint8Array, signal: AbortSignal): Promise<HttpAnswer> {
    const [url, trust] = [this.#collectorUrl(), this.#trust()];
    if (trust && !url.startsWith('https://'))
      throw new Error(`${url} is no https URL: nothing is sent in clear`);
    this.sentBytes += envelope.length;
    // No redirects are followed: a collector has none, a captive portal does.
    const response = await request(url + path, {
      method: 'POST',
      dispatcher: this.#agentWith(trust),
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
    await this.#agent?.destroy();
  }

  /** Connections and sessions of an earlier trust end with it. */
  #agentWith(trust: TlsTrust | undefined): Agent {
    const trusted = trust && JSON.stringify(trust);
    if (this.#agent && trusted === this.#trusted) return this.#agent;
    void this.#agent?.destroy();
    const timeout = CONNECT_TIMEOUT_MS;
    // One connection, kept: the agent sends one request at a time.
    this.#agent = new Agent({
      connections: 1,
      pipelining: 1,
      connect: trust ? sessionKeepingConnector({ ...trust, timeout, allowH2: false }) : { timeout },
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
      maxResponseSize: MOST_ANSWER_BYTES,
    });
    this.#trusted = trusted;
    return this.#agent;
  }
}
