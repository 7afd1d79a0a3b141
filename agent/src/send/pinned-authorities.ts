/**
 * Whom the agent trusts: the authorities whose fingerprints it was given with its join string, and nobody else. The
 * system's store of authorities plays no part, so neither a proxy that opens TLS nor an authority that was deceived
 * can pose as the collector.
 *
 * A fingerprint proves a certificate and does not contain it. The collector shows its authority in each handshake;
 * learn() takes it from there once and keeps it. Every later connection trusts that certificate only.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../store/write-durably.ts';
import { AuthorityError, unknownAuthority } from './authority-error.ts';
import { addressOf, type CollectorAddress, placeOf, presentedChain, proveServer } from './tls-handshake.ts';

/** In the state folder: the certificates that were learned, PEM. Needs no protection, since fingerprints prove it. */
export const AUTHORITIES_FILE = 'authorities.pem';
/** The same for addresses that a notice named. */
export const MOVED_AUTHORITIES_FILE = 'authorities-moved.pem';

const FINGERPRINT = /^[0-9a-f]{64}$/;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** What a TLS connection to the collector is made with; fits tls.connect() and `connect` of undici's Agent. */
export interface TlsTrust {
  /** PEM. Empty: nobody is trusted, and every connection refused. */
  ca: string[];
  minVersion: 'TLSv1.3';
  rejectUnauthorized: true;
}

export type WayThere = Pick<CollectorAddress, 'proxy' | 'patienceMs'>;

export interface PinnedAuthoritiesOptions {
  /** SHA-256 of the DER of each, 64 lower hex digits. At least one. */
  fingerprints: readonly string[];
  stateFolder: string;
  /** Name in the state folder. Default AUTHORITIES_FILE. */
  file?: string;
}

export class PinnedAuthorities {
  readonly #fingerprints: ReadonlySet<string>;
  readonly #file: string;
  /** PEM by fingerprint. */
  readonly #known: Map<string, string>;

  /** Throws when a fingerprint is none. What was learned before and cannot be read now is learned again. */
  constructor({ fingerprints, stateFolder, file = AUTHORITIES_FILE }: PinnedAuthoritiesOptions) {
    const wrong = fingerprints.find((fingerprint) => !FINGERPRINT.test(fingerprint));
    if (wrong !== undefined || fingerprints.length === 0)
      throw new Error(
        `the fingerprint of an authority is 64 lower hex digits, not ${JSON.stringify(wrong ?? '')}`,
      );
    this.#fingerprints = new Set(fingerprints);
    this.#file = join(stateFolder, file);
    this.#known = new Map(
      certificatesIn(this.#file)
        .filter((certificate) => this.#isPinned(certificate) && certificate.ca)
        .map((certificate) => [fingerprintOf(certificate), certificate.toString()]),
    );
  }

  /** Whether connections can be made without learn(). */
  get isKnown(): boolean {
    return this.#known.size > 0;
  }

  connectOptions(): TlsTrust {
    return { ca: [...this.#known.values()], minVersion: 'TLSv1.3', rejectUnauthorized: true };
  }

  /**
   * Finds the authority of the collector at this https URL, sees it proved, keeps it, and resolves to its PEM. Two
   * connections, over which nothing is said. Rejects with AuthorityError, with the signal's reason, or with what the
   * disk says.
   */
  async learn(collectorUrl: string, signal: AbortSignal, way: WayThere = {}): Promise<string> {
    const address = { ...addressOf(collectorUrl), ...way };
    const chain = await presentedChain(address, signal);
    const authority = chain.find((certificate) => this.#isPinned(certificate));
    if (authority === undefined)
      throw unknownAuthority(placeOf(address), chain.at(-1)?.issuer ?? 'nobody who gives a name');
    if (!authority.ca)
      throw new AuthorityError(
        'certificate-wrong',
        `the join string names a certificate, shown at ${placeOf(address)}, that is not of an authority. Give this computer a new join string.`,
      );
    const pem = authority.toString();
    // Anybody can show an authority; only who holds a certificate by it can pass this.
    await proveServer(address, pem, signal);
    this.#keep(fingerprintOf(authority), pem);
    return pem;
  }

  #keep(fingerprint: string, pem: string): void {
    if (this.#known.has(fingerprint)) return;
    writeDurably(this.#file, Buffer.from([...this.#known.values(), pem].join('')));
    this.#known.set(fingerprint, pem);
  }

  #isPinned(certificate: X509Certificate): boolean {
    return this.#fingerprints.has(fingerprintOf(certificate));
  }
}

function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

/** None when the file is missing or damaged: it only holds what can be learned again. */
function certificatesIn(file: string): X509Certificate[] {
  try {
    return [...readFileSync(file, 'latin1').matchAll(CERTIFICATE)].map(([pem]) => new X509Certificate(pem));
  } catch {
    return [];
  }
}
