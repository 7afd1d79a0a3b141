/** Keys and certificates as PEM text and as files: written whole or not at all, and read with words for what is wrong. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AuthorityError } from './authority.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The file's text, or undefined when there is none. Throws AuthorityError 'unreadable'. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new AuthorityError('unreadable', `${path} cannot be read (${code})`, { cause });
  }
}

/** All certificates in PEM text, in order; `path` is for the message. Throws AuthorityError 'damaged'. */
export function certificatesIn(text: string, path: string): X509Certificate[] {
  try {
    const found = [...text.matchAll(CERTIFICATE)].map(([pem]) => new X509Certificate(pem));
    if (found.length > 0) return found;
  } catch (cause) {
    throw new AuthorityError('damaged', `${path} holds a certificate that cannot be read`, { cause });
  }
  throw new AuthorityError('damaged', `${path} holds no certificate in PEM form`);
}

/** The private key in PEM text. Throws AuthorityError 'damaged'. */
export function privateKeyIn(text: string, path: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    const locked = text.includes('ENCRYPTED')
      ? ': it is encrypted, and needs to be without a passphrase'
      : '';
    throw new AuthorityError('damaged', `${path} holds no private key that can be read${locked}`, { cause });
  }
}

/** SHA-256 of the DER, 64 lower hex digits. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

export function isValidAt(certificate: X509Certificate, nowMs: number): boolean {
  return certificate.validFromDate.getTime() <= nowMs && nowMs <= certificate.validToDate.getTime();
}

/** On the disk under this name, whole, when it returns; before, what was there. For its owner only. */
export function replaceFile(path: string, text: string): void {
  const draft = `${path}.new`;
  writeSynced(draft, text);
  renameSync(draft, path);
  syncFolder(dirname(path));
}

/** On the disk when it returns, apart from its name in the folder. */
export function writeSynced(path: string, text: string): void {
  const file = openSync(path, 'w', 0o600);
  try {
    // One left by a crash keeps the rights it had.
    chmodSync(path, 0o600);
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
