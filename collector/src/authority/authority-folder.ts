/**
 * Where the collector's own authority lies:
 *
 *     ca/key.pem            its private key; whoever has it is the collector to every agent
 *     ca/certificate.pem    its certificate, whose fingerprint agents know
 *     server.pem            the server's key and certificate; made again when it is missing
 *
 * The authority is never made again: agents would not know the new one. Hence its folder appears whole, by one
 * rename, and what is wrong with it is said and left as it is.
 */
import { createPrivateKey, type X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AuthorityError, type AuthorityFault } from './authority.ts';
import type { KeyAndCertificate } from './issue-certificate.ts';
import {
  certificatesIn,
  privateKeyIn,
  readIfThere,
  replaceFile,
  syncFolder,
  writeSynced,
} from './pem-files.ts';

/** The authority that is kept in `folder`, or undefined before the first. Throws AuthorityError. */
export function readAuthority(folder: string): KeyAndCertificate | undefined {
  const ca = join(folder, 'ca');
  if (!existsSync(ca)) return undefined;
  const paths = { key: join(ca, 'key.pem'), certificate: join(ca, 'certificate.pem') };
  const [key, certificate] = [readIfThere(paths.key), readIfThere(paths.certificate)];
  if (key === undefined) throw withAdvice('incomplete', `${paths.key} is missing`, ca);
  if (certificate === undefined) throw withAdvice('incomplete', `${paths.certificate} is missing`, ca);
  const problem = problemOf(key, certificate, paths);
  if (problem !== undefined) throw withAdvice('damaged', problem, ca);
  closeToOthers(paths.key);
  return { key, certificate };
}

export function keepAuthority(folder: string, { key, certificate }: KeyAndCertificate): void {
  const draft = join(folder, 'ca.new');
  // Left by a crash: no agent has ever heard of it.
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  writeSynced(join(draft, 'key.pem'), key);
  writeSynced(join(draft, 'certificate.pem'), certificate);
  syncFolder(draft);
  renameSync(draft, join(folder, 'ca'));
  syncFolder(folder);
}

/** The server's key and certificate; 'damaged' when what is there does not belong together. */
export function readServerCertificate(folder: string): KeyAndCertificate | 'absent' | 'damaged' {
  const path = serverFile(folder);
  const text = readIfThere(path);
  if (text === undefined) return 'absent';
  try {
    const key = privateKeyIn(text, path);
    const certificate = certificatesIn(text, path)[0] as X509Certificate;
    if (!certificate.checkPrivateKey(key)) return 'damaged';
    return {
      key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      certificate: certificate.toString(),
    };
  } catch {
    return 'damaged';
  }
}

export function keepServerCertificate(folder: string, { key, certificate }: KeyAndCertificate): void {
  replaceFile(serverFile(folder), key + certificate);
}

function serverFile(folder: string): string {
  return join(folder, 'server.pem');
}

function problemOf(
  key: string,
  certificate: string,
  paths: { key: string; certificate: string },
): string | undefined {
  try {
    privateKeyIn(key, paths.key);
    const [ca, ...others] = certificatesIn(certificate, paths.certificate) as [X509Certificate];
    if (others.length > 0) return `${paths.certificate} holds more than one certificate`;
    if (!ca.ca || !ca.verify(ca.publicKey)) return `${paths.certificate} is not that of an authority`;
    if (!ca.checkPrivateKey(createPrivateKey(key)))
      return `${paths.key} is not the key of ${paths.certificate}`;
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function withAdvice(fault: AuthorityFault, problem: string, ca: string): AuthorityError {
  return new AuthorityError(
    fault,
    `the collector's authority cannot be used: ${problem}. Bring back both files from a backup. Without one, move ` +
      `${ca} away and start again: a new authority is made then, and every agent needs a new join string.`,
  );
}

/** Files that come back from a backup often come with other rights. */
function closeToOthers(path: string): void {
  if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
}
