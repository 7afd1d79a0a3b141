/** Makes certificates: the authority's own, and the server's that it signs. Knows no files. */
// @peculiar/x509 needs it to be there first.
import 'reflect-metadata';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  KeyObject,
  randomBytes,
  webcrypto,
} from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { ServerName } from './server-names.ts';

const DAY_MS = 86_400_000;
const AUTHORITY_LIFE_MS = 3652 * DAY_MS;
export const SERVER_LIFE_MS = 90 * DAY_MS;
/** Computers whose clocks are behind must not take a new certificate for one of the future. */
const BACKDATED_MS = DAY_MS;

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' };

/** The library has a browser's types for keys, and Node has its own: the objects are the same. */
type Keys = Parameters<typeof X509CertificateGenerator.createSelfSigned>[0]['keys'];
type Key = Keys['publicKey'];

/** PEM text, both; the key as PKCS #8. */
export interface KeyAndCertificate {
  key: string;
  certificate: string;
}

/** A self-signed authority that signs servers' certificates and nothing below: P-256, ten years. */
export async function makeAuthority(nowMs: number): Promise<KeyAndCertificate> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: [{ CN: [`fleetmeter authority ${keyName(keys.publicKey)}`] }],
    ...validity(nowMs - BACKDATED_MS, nowMs + AUTHORITY_LIFE_MS),
    signingAlgorithm: SIGNATURE,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { key: privatePem(keys.privateKey), certificate: pemOf(certificate) };
}

/** A server's certificate for these names, with a new key. Ends no later than the authority does. */
export async function issueServerCertificate(
  authority: KeyAndCertificate,
  names: readonly ServerName[],
  nowMs: number,
): Promise<KeyAndCertificate> {
  const issuer = new X509Certificate(authority.certificate);
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: [{ CN: ['fleetmeter collector'] }],
    issuer: issuer.subjectName,
    ...validity(nowMs - BACKDATED_MS, Math.min(nowMs + SERVER_LIFE_MS, issuer.notAfter.getTime())),
    signingAlgorithm: SIGNATURE,
    publicKey: keys.publicKey,
    signingKey: createPrivateKey(authority.key).toCryptoKey(CURVE, false, ['sign']) as Key,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names.map(({ type, value }) => ({ type, value }))),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(authorityPublicKey(authority.key)),
    ],
  });
  return { key: privatePem(keys.privateKey), certificate: pemOf(certificate) };
}

/** The names that a certificate of issueServerCertificate() is for. */
export function namesIn(certificatePem: string): ServerName[] {
  const names = new X509Certificate(certificatePem).getExtension(SubjectAlternativeNameExtension)?.names;
  return (names?.toJSON() ?? []).map(({ type, value }) => ({ type: type === 'ip' ? 'ip' : 'dns', value }));
}

function makeKeys(): Promise<Keys> {
  return webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']) as Promise<Keys>;
}

function authorityPublicKey(privateKey: string): Key {
  return createPublicKey(privateKey).toCryptoKey(CURVE, true, ['verify']) as Key;
}

function privatePem(key: Key): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}

/** Tells authorities apart for people; nothing is decided by it. */
function keyName(publicKey: Key): string {
  const der = KeyObject.from(publicKey).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 8);
}

/** 126 random bits: positive, and without a leading zero byte. */
function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}

/** Certificates count whole seconds. */
function validity(fromMs: number, toMs: number): { notBefore: Date; notAfter: Date } {
  const second = (ms: number) => new Date(Math.floor(ms / 1000) * 1000);
  return { notBefore: second(fromMs), notAfter: second(toMs) };
}
