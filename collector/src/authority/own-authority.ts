/**
 * The collector's own authority: made at the first start, kept for ten years. It signs one certificate, the server's,
 * and signs it again in time.
 */
import { X509Certificate } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { type Authority, AuthorityError, type ServerSecureContext } from './authority.ts';
import {
  keepAuthority,
  keepServerCertificate,
  readAuthority,
  readServerCertificate,
} from './authority-folder.ts';
import {
  issueServerCertificate,
  type KeyAndCertificate,
  makeAuthority,
  namesIn,
  SERVER_LIFE_MS,
} from './issue-certificate.ts';
import { fingerprintOf, isValidAt } from './pem-files.ts';
import { type ServerName, sameNames, serverNames } from './server-names.ts';

const LOOK_EVERY_MS = 3_600_000;

export type IssueReason =
  | 'absent'
  /** server.pem is not a key and its certificate. */
  | 'damaged'
  /** Another authority signed it. */
  | 'foreign'
  | 'names-changed'
  /** Less than a third of its life is left, or the clock went back to before it. */
  | 'expiring';

export interface OwnAuthorityOptions {
  /** Only for this; made (0700) if need be. One process at a time: whoever opens it holds the data folder's lock. */
  folder: string;
  /** DNS names and IP addresses that agents use; localhost, 127.0.0.1 and ::1 are always among them. */
  names: readonly string[];
  /** Milliseconds since 1970. */
  now: () => number;
  /** A server certificate was made. */
  onIssued?: (reason: IssueReason) => void;
}

/** Reads the authority, or makes it at the first start. Rejects with AuthorityError, or with what the disk said. */
export async function openAuthority(options: OwnAuthorityOptions): Promise<Authority> {
  const { folder, now } = options;
  const names = serverNames(options.names);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authority = readAuthority(folder) ?? (await makeAndKeep(folder, now()));
  const server = readServerCertificate(folder);
  const opened = new OwnAuthority(options, names, authority, server);
  await opened.renewIfDue();
  return opened;
}

async function makeAndKeep(folder: string, nowMs: number): Promise<KeyAndCertificate> {
  const made = await makeAuthority(nowMs);
  keepAuthority(folder, made);
  return made;
}

class OwnAuthority implements Authority {
  readonly fingerprints: readonly string[];
  readonly lookEveryMs = LOOK_EVERY_MS;
  readonly #options: OwnAuthorityOptions;
  readonly #names: readonly ServerName[];
  readonly #authority: KeyAndCertificate;
  readonly #certificate: X509Certificate;
  #server: KeyAndCertificate | 'absent' | 'damaged';
  #renewing: Promise<boolean> | undefined;

  constructor(
    options: OwnAuthorityOptions,
    names: readonly ServerName[],
    authority: KeyAndCertificate,
    server: KeyAndCertificate | 'absent' | 'damaged',
  ) {
    this.#options = options;
    this.#names = names;
    this.#authority = authority;
    this.#certificate = new X509Certificate(authority.certificate);
    this.#server = server;
    this.fingerprints = [fingerprintOf(this.#certificate)];
  }

  get certificateExpiresAtMs(): number {
    return new X509Certificate(this.#issued().certificate).validToDate.getTime();
  }

  secureContext(): ServerSecureContext {
    const { key, certificate } = this.#issued();
    return { key, cert: certificate + this.#authority.certificate, minVersion: 'TLSv1.3' };
  }

  renewIfDue(): Promise<boolean> {
    // Two at once would write one file.
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renew(): Promise<boolean> {
    const { folder, now, onIssued } = this.#options;
    const nowMs = now();
    this.#refuseOutsideItsLife(nowMs);
    const reason = this.#reasonToIssue(nowMs);
    if (reason === undefined) return false;
    const issued = await issueServerCertificate(this.#authority, this.#names, nowMs);
    keepServerCertificate(folder, issued);
    this.#server = issued;
    onIssued?.(reason);
    return true;
  }

  #reasonToIssue(nowMs: number): IssueReason | undefined {
    if (typeof this.#server === 'string') return this.#server;
    const { certificate } = this.#server;
    const server = new X509Certificate(certificate);
    if (!server.checkIssued(this.#certificate) || !server.verify(this.#certificate.publicKey))
      return 'foreign';
    if (!sameNames(namesIn(certificate), this.#names)) return 'names-changed';
    if (!isValidAt(server, nowMs)) return 'expiring';
    const endsMs = server.validToDate.getTime();
    const runsOut = endsMs - nowMs < (endsMs - server.validFromDate.getTime()) / 3;
    // Near the authority's own end a new one would end at the same time.
    const endsLater = Math.min(nowMs + SERVER_LIFE_MS, this.#certificate.validToDate.getTime()) > endsMs;
    return runsOut && endsLater ? 'expiring' : undefined;
  }

  #refuseOutsideItsLife(nowMs: number): void {
    if (isValidAt(this.#certificate, nowMs)) return;
    const { validFrom, validTo } = this.#certificate;
    throw new AuthorityError(
      'not-valid-now',
      `the collector's authority is valid from ${validFrom} to ${validTo}, and this computer's clock says ` +
        `${new Date(nowMs).toISOString()}. Set the clock right. If the authority is really over, move the folder ca in ` +
        `${this.#options.folder} away and start again; every agent needs a new join string then.`,
    );
  }

  #issued(): KeyAndCertificate {
    if (typeof this.#server === 'string') throw new Error('no server certificate was issued');
    return this.#server;
  }
}
