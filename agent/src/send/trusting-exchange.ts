/**
 * Talks to the collector of the join string and to nobody else: learns its authority before the first word, and says
 * in words why a connection is not to be trusted.
 */

import { AuthorityError, connectionError } from './authority-error.ts';
import {
  type ApiPath,
  type Exchange,
  type HttpAnswer,
  HttpExchange,
  type NetworkWays,
} from './http-exchange.ts';
import type { TlsTrust } from './pinned-authorities.ts';
import { AUTHORITIES_FILE, PinnedAuthorities } from './pinned-authorities.ts';
import { addressOf, placeOf } from './tls-handshake.ts';

export interface TrustedPlace {
  /** Without trailing slash. */
  url: () => string;
  /** Fingerprints; none: what the system trusts, or no TLS on this computer itself. */
  authorities: () => readonly string[];
}

const LOOPBACK = /^http:\/\/(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d+)?$/;

export class TrustingExchange implements Exchange {
  readonly #place: TrustedPlace;
  readonly #stateFolder: string;
  readonly #authoritiesFile: string;
  readonly #http: HttpExchange;
  readonly #network: NetworkWays;
  #pinned: { fingerprints: string; authorities: PinnedAuthorities } | undefined;

  /** `authoritiesFile`: name in the state folder; places with authorities of their own need files of their own. */
  constructor(
    place: TrustedPlace,
    stateFolder: string,
    authoritiesFile = AUTHORITIES_FILE,
    network: NetworkWays = {},
  ) {
    this.#place = place;
    this.#stateFolder = stateFolder;
    this.#authoritiesFile = authoritiesFile;
    this.#network = network;
    this.#http = new HttpExchange(place.url, () => this.#trust(), network);
  }

  get sentBytes(): number {
    return this.#http.sentBytes;
  }

  /** Rejects, besides what HttpExchange says, with AuthorityError. */
  async post(path: ApiPath, envelope: Uint8Array, signal: AbortSignal): Promise<HttpAnswer> {
    const url = this.#place.url();
    const authorities = this.#authorities();
    if (!authorities) {
      if (url.startsWith('http:') && !LOOPBACK.test(url))
        throw new Error(
          `${url} is another computer, and nothing is sent in clear: use https and a join string`,
        );
      return await this.#http.post(path, envelope, signal);
    }
    const way = { proxy: this.#network.proxyOf?.(url), patienceMs: this.#network.patience?.connectMs };
    if (!authorities.isKnown) await authorities.learn(url, signal, way);
    try {
      return await this.#http.post(path, envelope, signal);
    } catch (error) {
      if (signal.aborted || error instanceof AuthorityError) throw error;
      const told = connectionError(error, placeOf({ ...addressOf(url), ...way }), true);
      // Another of several authorities may have taken over.
      if (told.fault === 'certificate-wrong') await authorities.learn(url, signal, way);
      throw told;
    }
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  #trust(): TlsTrust | undefined {
    return this.#authorities()?.connectOptions();
  }

  #authorities(): PinnedAuthorities | undefined {
    const fingerprints = this.#place.authorities();
    if (fingerprints.length === 0) return undefined;
    const names = fingerprints.join(' ');
    if (this.#pinned?.fingerprints !== names)
      this.#pinned = {
        fingerprints: names,
        authorities: new PinnedAuthorities({
          fingerprints,
          stateFolder: this.#stateFolder,
          file: this.#authoritiesFile,
        }),
      };
    return this.#pinned.authorities;
  }
}
