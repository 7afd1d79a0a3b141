/** An organisation's authority for clients, and what it issues; for tests of mutual TLS. */
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

type Keys = Parameters<typeof X509CertificateGenerator.createSelfSigned>[0]['keys'];
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** PEM text. */
export interface IssuedPair {
  cert: string;
  key: string;
}

export interface ClientAuthority {
  ca: string;
  /** Valid from ten days ago; `endsInDays` may be negative. */
  issue(wish?: { endsInDays?: number; forServers?: boolean }): Promise<IssuedPair>;
}

export async function clientAuthority(name: string): Promise<ClientAuthority> {
  const keys = await newKeys();
  const notBefore = new Date(Date.now() - 10 * DAY_MS);
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore,
    notAfter: new Date(Date.now() + 100 * DAY_MS),
    signingAlgorithm: SIGNATURE,
    keys,
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  });
  return {
    ca: ca.toString('pem'),
    async issue({ endsInDays = 30, forServers = false } = {}) {
      const own = await newKeys();
      const purpose = forServers ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth;
      const certificate = await X509CertificateGenerator.create({
        subject: 'CN=a device',
        issuer: ca.subject,
        notBefore,
        notAfter: new Date(Date.now() + endsInDays * DAY_MS),
        signingAlgorithm: SIGNATURE,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new ExtendedKeyUsageExtension([purpose]),
          ...(forServers ? [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])] : []),
        ],
      });
      const key = KeyObject.from(own.privateKey as webcrypto.CryptoKey).export({
        type: 'pkcs8',
        format: 'pem',
      });
      return { cert: certificate.toString('pem'), key: key.toString() };
    },
  };
}

async function newKeys(): Promise<Keys> {
  return (await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify'])) as Keys;
}
