/**
 * What proves to agents that they talk to their collector. Agents trust the certificates whose fingerprints they were
 * given and nothing else, so there are two kinds: the collector's own authority (own-authority.ts), and the
 * organisation's (organisation-authority.ts).
 */

/** What a TLS server needs; goes into createServer() and setSecureContext() as it is. PEM text. */
export interface ServerSecureContext {
  key: string;
  /** The server's certificate first, then up to and with the authority: agents look for it in the handshake. */
  cert: string;
  minVersion: 'TLSv1.3';
  /** Authorities of which every client has to show a certificate; absent: none is asked for. */
  ca?: string;
}

export interface Authority {
  /** SHA-256 of each authority certificate's DER, 64 lower hex digits: what a join string carries. At least one. */
  readonly fingerprints: readonly string[];
  /** When the certificate in secureContext() ends, milliseconds since 1970. */
  readonly certificateExpiresAtMs: number;
  /** How often renewIfDue() wants to be asked. */
  readonly lookEveryMs: number;
  secureContext(): ServerSecureContext;
  /**
   * Resolves to whether secureContext() changed. Rejects, with AuthorityError or with what the disk said, when it
   * should have; the old one stays then.
   */
  renewIfDue(): Promise<boolean>;
}

export type AuthorityFault =
  /** A file is there and is not what it should be. */
  | 'damaged'
  /** Of a key and its certificate, one is missing. */
  | 'incomplete'
  /** By this computer's clock a certificate is over, or has not begun. */
  | 'not-valid-now'
  /** A file or folder cannot be read or written. */
  | 'unreadable'
  /** A name for the server's certificate is neither a DNS name nor an IP address. */
  | 'name-wrong'
  /** The organisation's certificate cannot do what it is for. */
  | 'unfit';

/** Why an authority cannot be used. The message is for people: what, where, what to do. */
export class AuthorityError extends Error {
  override name = 'AuthorityError';
  readonly fault: AuthorityFault;
  constructor(fault: AuthorityFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}
