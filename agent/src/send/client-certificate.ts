/**
 * The certificate that a collector may demand in addition: from two PEM files that something else renews. They are looked
 * at before each exchange; while a new pair is being written the old one is used.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

export interface ClientCertificateFiles {
  /** Undefined: none is shown. Both or neither. */
  clientCertFile: string | undefined;
  clientKeyFile: string | undefined;
}

/** PEM text; fits tls.connect(). */
export interface ShownCertificate {
  cert: string;
  key: string;
}

/** The files cannot be used. The message is one line for people. */
export class ClientCertificateError extends Error {
  override name = 'ClientCertificateError';
}

/** Undefined when no files are set. What is returned throws ClientCertificateError. */
export function clientCertificate(files: ClientCertificateFiles): (() => ShownCertificate) | undefined {
  const { clientCertFile: certFile, clientKeyFile: keyFile } = files;
  if (certFile === undefined || keyFile === undefined) return undefined;
  let stamp = '';
  let shown: ShownCertificate | undefined;
  return () => {
    const seen = `${stampOf(certFile)} ${stampOf(keyFile)}`;
    if (shown && seen === stamp) return shown;
    try {
      shown = load(certFile, keyFile);
      stamp = seen;
      return shown;
    } catch (error) {
      // Half of a new pair: the next exchange looks again.
      if (shown) return shown;
      throw error;
    }
  };
}

function load(certFile: string, keyFile: string): ShownCertificate {
  const cert = read(certFile);
  const key = read(keyFile);
  let fits: boolean;
  try {
    fits = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw new ClientCertificateError(
      `${certFile} and ${keyFile} must hold a certificate and its private key as PEM, without a passphrase`,
      { cause },
    );
  }
  if (!fits)
    throw new ClientCertificateError(`${keyFile} is not the key of the first certificate in ${certFile}`);
  return { cert, key };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ClientCertificateError(`the client certificate cannot be read: ${path} (${code})`, { cause });
  }
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.ino}:${stat.size}:${stat.mtimeMs}` : 'absent';
}
