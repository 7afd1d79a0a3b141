/**
 * Who made a signature of the form SignedData (PKCS #7, RFC 2315 section 9; CMS, RFC 5652 section 5). The signer's
 * certificate is the one among those in the signature that the signer information names by issuer and serial number;
 * the others are authorities and time stamps.
 *
 * Nothing is verified: that takes the roots a system trusts, and revocation. What is told is what the file claims.
 */
import type { BoundedReader } from './bounded-reader.ts';
import { certificateName } from './certificate-name.ts';
import {
  DER_CONTEXT_0,
  DER_CONTEXT_1,
  DER_INTEGER,
  DER_OBJECT_IDENTIFIER,
  DER_SEQUENCE,
  DER_SET,
  type DerElement,
  derChildren,
  derElement,
  derElements,
  derValue,
} from './der.ts';

/** 1.2.840.113549.1.7.2 */
const SIGNED_DATA = '2a864886f70d010702';
const MOST_CERTIFICATES = 64;
const MOST_NAME_BYTES = 4096;
const MOST_SERIAL_BYTES = 64;

interface SignerIdentity {
  issuer: Buffer;
  serial: Buffer;
}

/** Common name or organisation of the first signer of the signature that lies between these offsets. */
export function cmsSigner(reader: BoundedReader, at: number, end: number): string | undefined {
  const signedData = signedDataIn(reader, at, end);
  if (!signedData) return undefined;
  const parts = [...derChildren(reader, signedData, 6)];
  // Version, digest algorithms, what is signed, then [0] certificates and [1] revocation lists, then the signers.
  const certificates = parts.find(({ tag }) => tag === DER_CONTEXT_0);
  const afterCertificates = certificates ? parts.slice(parts.indexOf(certificates) + 1) : [];
  const signers = afterCertificates.find(({ tag }) => tag !== DER_CONTEXT_1);
  if (!certificates || signers?.tag !== DER_SET) return undefined;
  const identity = signerIdentity(reader, signers);
  if (!identity) return undefined;
  for (const certificate of derElements(reader, certificates, MOST_CERTIFICATES)) {
    const subject = subjectWhenSigner(reader, certificate, identity);
    if (subject) return certificateName(reader, subject);
  }
  return undefined;
}

function signedDataIn(reader: BoundedReader, at: number, end: number): DerElement | undefined {
  const outer = derElement(reader, at, end);
  if (outer?.tag !== DER_SEQUENCE) return undefined;
  const [kind, content] = [...derChildren(reader, outer, 2)];
  if (kind?.tag !== DER_OBJECT_IDENTIFIER || content?.tag !== DER_CONTEXT_0) return undefined;
  if (derValue(reader, kind, 16)?.toString('hex') !== SIGNED_DATA) return undefined;
  const inner = derElement(reader, content.valueAt, content.end);
  return inner?.tag === DER_SEQUENCE ? inner : undefined;
}

/** Of the first signer: SignerInfo is a version, then issuer and serial number. */
function signerIdentity(reader: BoundedReader, signers: DerElement): SignerIdentity | undefined {
  const [signer] = [...derChildren(reader, signers, 1)];
  const named = signer && [...derChildren(reader, signer, 2)][1];
  if (named?.tag !== DER_SEQUENCE) return undefined;
  const [issuerName, serialNumber] = [...derChildren(reader, named, 2)];
  if (issuerName?.tag !== DER_SEQUENCE || serialNumber?.tag !== DER_INTEGER) return undefined;
  const issuer = derValue(reader, issuerName, MOST_NAME_BYTES);
  const serial = derValue(reader, serialNumber, MOST_SERIAL_BYTES);
  return issuer && serial && { issuer, serial };
}

/** The subject's name when this certificate is the signer's. */
function subjectWhenSigner(
  reader: BoundedReader,
  certificate: DerElement,
  identity: SignerIdentity,
): DerElement | undefined {
  const [body] = [...derChildren(reader, certificate, 1)];
  if (certificate.tag !== DER_SEQUENCE || body?.tag !== DER_SEQUENCE) return undefined;
  const parts = [...derChildren(reader, body, 7)];
  if (parts[0]?.tag === DER_CONTEXT_0) parts.shift();
  // Serial number, signature algorithm, issuer, validity, subject.
  const [serial, , issuer, , subject] = parts;
  if (serial?.tag !== DER_INTEGER || subject?.tag !== DER_SEQUENCE) return undefined;
  if (!derValue(reader, serial, MOST_SERIAL_BYTES)?.equals(identity.serial)) return undefined;
  return derValue(reader, issuer, MOST_NAME_BYTES)?.equals(identity.issuer) ? subject : undefined;
}
