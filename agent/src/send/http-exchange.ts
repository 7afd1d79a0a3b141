/** One POST to the collector and its whole answer, bounded in time and size. Knows nothing of what is sent. */
import { ENVELOPE_CONTENT_TYPE } from '@fleetmeter/proto';
import type { ShownCertificate } from './client-certificate.ts';
import type { TlsTrust } from './pinned-authorities.ts';
import type { WebProxy } from './proxy-choice.ts';
import { tunnelling } from './proxy-tunnel.ts';
import { sessionKeepingConnector } from './session-keeping-connector.ts';
import { Agent, buildConnector, request } from './undici-parts.ts';

/** A SendEvidence directive may list the ids of a whole inventory. */
const MOST_ANSWER_BYTES = 4 * 1024 * 1024;

/** How long each part of one exchange may take, milliseconds. Nobody at the other end can hold the agent longer. */
export interface ExchangePatience {
  /** Without a proxy. */
  connectMs: number;
  /** For the headers of the answer once the request is on its way, and between pieces of its body. */
  answerMs: number;
  /** For all of it, from the first attempt to connect to the last byte of the answer. */
  wholeMs: number;
  /** More for each KiB of the request, at least this fast a line is waited for. */
  perKibMs: number;
}
const PATIENCE: ExchangePatience = {
  connectMs: 10_000,
  answerMs: 60_000,
  wholeMs: 180_000,
  perKibMs: 500,
};

export interface HttpAnswer {
  status: number;
  contentType: string;
  retryAfter: string | undefined;
  /** Where a redirect leads, for people: nobody goes there. */
  location?: string | undefined;
  /** When it was sent, by the clock of whoever sent it. */
  date?: string | undefined;
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

/** What a computer's network is like. */
export interface NetworkWays {
  /** Of "scheme://host:port", the proxy on the way there. */
  proxyOf?: (origin: string) => WebProxy | undefined;
  patience?: ExchangePatience;
  /** What is shown to a collector that asks; looked at with each exchange. Throws when it cannot be read. */
  clientCertificate?: () => ShownCertificate;
}

export class HttpExchange implements Exchange {
  readonly #collectorUrl: () => string;
  readonly #trust: () => TlsTrust | undefined;
  readonly #proxyOf: (origin: string) => WebProxy | undefined;
  readonly #patience: ExchangePatience;
  readonly #clientCertificate: () => ShownCertificate | undefined;
  #agent: Agent | undefined;
  /** The authorities that #agent's connections were made with, and what was shown. */
  #trusted: string | undefined;
  sentBytes = 0;

  /**
   * `collectorUrl` without trailing slash; asked with each request, as is `trust`, since an agent may be sent elsewhere.
   * With a trust nothing is sent to a URL that is not https. Without, whatever the system trusts, or no TLS at all.
   */
  constructor(
    collectorUrl: () => string,
    trust: () => TlsTrust | undefined = () => undefined,
    { proxyOf = () => undefined, patience = PATIENCE, clientCertificate }: NetworkWays = {},
  ) {
    this.#collectorUrl = collectorUrl;
    this.#trust = trust;
    this.#proxyOf = proxyOf;
    this.#patience = patience;
    this.#clientCertificate = clientCertificate ?? (() => undefined);
  }

  async post(path: ApiPath, envelope: Uint8Array, signal: AbortSignal): Promise<HttpAnswer> {
    const [url, trust] = [this.#collectorUrl(), this.#trust()];
    if (trust && !url.startsWith('https://'))
      throw new Error(`${url} is no https URL: nothing is sent in clear`);
    this.sentBytes += envelope.length;
    const { answerMs, wholeMs, perKibMs } = this.#patience;
    const forUpload = Math.ceil((envelope.length / 1024) * perKibMs);
    // No redirects are followed: a collector has none, a captive portal does.
    const to = new URL(url + path);
    const response = await request.call(this.#agentWith(trust), {
      method: 'POST',
      origin: to.origin,
      path: to.pathname + to.search,
      signal: AbortSignal.any([signal, AbortSignal.timeout(wholeMs + forUpload)]),
      headersTimeout: answerMs + forUpload,
      bodyTimeout: answerMs,
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
      location: header('location'),
      date: header('date'),
      body: new Uint8Array(await response.body.arrayBuffer()),
    };
  }

  async close(): Promise<void> {
    await this.#agent?.destroy();
  }

  /** Connections and sessions of an earlier trust, or an earlier client certificate, end with it. */
  #agentWith(trust: TlsTrust | undefined): Agent {
    const shown = this.#clientCertificate();
    const trusted = (trust || shown) && JSON.stringify([trust, shown]);
    if (this.#agent && trusted === this.#trusted) return this.#agent;
    void this.#agent?.destroy();
    const timeout = this.#patience.connectMs;
    const direct = trust
      ? sessionKeepingConnector({ ...trust, ...shown, timeout, allowH2: false })
      : buildConnector({ ...shown, timeout });
    // One connection, kept: the agent sends one request at a time.
    this.#agent = new Agent({
      connections: 1,
      pipelining: 1,
      connect: tunnelling(direct, this.#proxyOf),
      maxResponseSize: MOST_ANSWER_BYTES,
    });
    this.#trusted = trusted;
    return this.#agent;
  }
}
