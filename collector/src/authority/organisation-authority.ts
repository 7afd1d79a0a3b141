/**
 * A certificate of the organisation's own, from three PEM files that something else renews. They are looked at each
 * minute; new ones that do not fit change nothing and are said once, since the old ones still work.
 */
import type { X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { type Authority, AuthorityError, type ServerSecureContext } from './authority.ts';
import { certificatesIn, fingerprintOf, isValidAt, privateKeyIn, readIfThere } from './pem-files.ts';
import { serverName } from './server-names.ts';

const LOOK_EVERY_MS = 60_000;
const LONGEST_CHAIN = 10;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

export interface OrganisationFiles {
  /** The server's certificate, then what is between it and the root. */
  certFile: string;
  /** Its private key, without a passphrase. */
  keyFile: string;
  /** The root that agents are to trust; several while one follows another. */
  caFile: string;
}

export interface OrganisationAuthorityOptions extends OrganisationFiles {
  /** Names that agents use; the certificate must be for each. */
  names: readonly string[];
  /** Milliseconds since 1970. */
  now: () => number;
}

interface Loaded {
  secureContext: ServerSecureContext;
  fingerprints: readonly string[];
  expiresAtMs: number;
}

/** Throws AuthorityError when the files are wrong at the start: nobody waits for an operator who is looking. */
export function openOrganisationAuthority(options: OrganisationAuthorityOptions): Authority {
  let stamp = stampOf(options);
  let loaded = load(options);
  return {
    lookEveryMs: LOOK_EVERY_MS,
    get fingerprints() {
      return loaded.fingerprints;
    },
    get certificateExpiresAtMs() {
      return loaded.expiresAtMs;
    },
    secureContext: () => loaded.secureContext,
    renewIfDue: async () => {
      const seen = stampOf(options);
      if (seen === stamp) return false;
      // Noted before reading: what changes meanwhile is seen at the next look, and what is wrong is said once.
      stamp = seen;
      loaded = load(options);
      return true;
    },
  };
}

/** Changes when one of the files does. */
function stampOf({ certFile, keyFile, caFile }: OrganisationFiles): string {
  const stamps = [certFile, keyFile, caFile].map((path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat ? [stat.ino, stat.size, stat.mtimeMs] : 'absent';
  });
  return JSON.stringify(stamps);
}

function load(options: OrganisationAuthorityOptions): Loaded {
  const { certFile, keyFile, caFile, now } = options;
  const [server, ...between] = certificatesIn(read(certFile), certFile) as [
    X509Certificate,
    ...X509Certificate[],
  ];
  const roots = certificatesIn(read(caFile), caFile);
  const key = privateKeyIn(read(keyFile), keyFile);
  if (!server.checkPrivateKey(key))
    throw new AuthorityError('unfit', `${keyFile} is not the key of the first certificate in ${certFile}`);
  for (const root of roots)
    if (!root.ca || !root.verify(root.publicKey))
      throw new AuthorityError(
        'unfit',
        `${caFile} must hold root certificates only; ${nameOf(root)} is none`,
      );
  checkPurpose(server, options);
  const chain = chainToRoot(server, between, roots, options);
  for (const certificate of chain) checkLife(certificate, now());
  return {
    secureContext: {
      key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      cert: chain.map((certificate) => certificate.toString()).join(''),
      minVersion: 'TLSv1.3',
    },
    fingerprints: [...new Set(roots.map(fingerprintOf))],
    expiresAtMs: Math.min(...chain.map(({ validToDate }) => validToDate.getTime())),
  };
}

function read(path: string): string {
  const text = readIfThere(path);
  if (text === undefined) throw new AuthorityError('unreadable', `${path} is not there`);
  return text;
}

function checkPurpose(server: X509Certificate, { certFile, names }: OrganisationAuthorityOptions): void {
  const missing = names.filter((name) => {
    const { type, value } = serverName(name);
    return (
      (type === 'ip' ? server.checkIP(value) : server.checkHost(value, { subject: 'never' })) === undefined
    );
  });
  if (missing.length > 0)
    throw new AuthorityError(
      'unfit',
      `${certFile} is not for ${missing.join(', ')}, under which agents come`,
    );
  // Node calls the extended key usages keyUsage; without any, everything is allowed.
  const purposes: readonly string[] | undefined = server.keyUsage;
  if (purposes !== undefined && !purposes.includes(SERVER_AUTH))
    throw new AuthorityError('unfit', `${certFile} is not for servers (extended key usage serverAuth)`);
}

/** From the server's certificate to the root, both included: what agents are sent. */
function chainToRoot(
  server: X509Certificate,
  between: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  { certFile, caFile }: OrganisationFiles,
): X509Certificate[] {
  const chain = [server];
  while (chain.length < LONGEST_CHAIN) {
    const last = chain.at(-1) as X509Certificate;
    if (roots.some(({ fingerprint256 }) => fingerprint256 === last.fingerprint256)) return chain;
    const signer = [...roots, ...between].find(
      (candidate) => candidate.ca && last.checkIssued(candidate) && last.verify(candidate.publicKey),
    );
    if (signer === undefined)
      throw new AuthorityError(
        'unfit',
        `no certificate in ${certFile} or ${caFile} signed ${nameOf(last)}; ${certFile} must also hold what is between it and the root`,
      );
    chain.push(signer);
  }
  throw new AuthorityError('unfit', `more than ${LONGEST_CHAIN} certificates from ${certFile} to a root`);
}

function checkLife(certificate: X509Certificate, nowMs: number): void {
  if (isValidAt(certificate, nowMs)) return;
  throw new AuthorityError(
    'not-valid-now',
    `${nameOf(certificate)} is valid from ${certificate.validFrom} to ${certificate.validTo}, and this computer's clock says ${new Date(nowMs).toISOString()}`,
  );
}

function nameOf({ subject }: X509Certificate): string {
  return JSON.stringify(subject?.replaceAll('\n', ', ') ?? 'a certificate without a name');
}
