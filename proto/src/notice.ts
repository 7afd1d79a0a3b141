/**
 * The notice of a collector that moves, and how an agent opens one: with the runtime's own cryptography and inflater,
 * since it happens about once a year and agents carry no library for it. As with any envelope, the signature is checked
 * before anything is inflated.
 */
import { createPublicKey, verify } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { keyIdOf, payloadType, preAuthenticationEncoding } from './envelope-format.ts';
import { placeFault } from './join-string.ts';
import { type SigningKey, sealEnvelope } from './seal-envelope.ts';
import { Envelope, Notice } from './wire.ts';

export interface MoveNotice {
  /** 32 hex digits. */
  collectorId: string;
  /** Rises with every notice of this collector. */
  serial: number;
  /** Best first; none: the move is off. */
  addresses: string[];
  /** SHA-256 of the certificates that prove the collector at these addresses, 64 hex digits each. */
  authorities: string[];
  /** Seconds since 1970. */
  validUntil: number;
}

export type NoticeFault =
  /** Not an envelope with a notice, or what it says cannot be. */
  | 'malformed'
  /** Not signed by this key: made up or changed on the way, or of another collector. */
  | 'signature-wrong';

/** Why a notice was not opened. The message is for people. */
export class NoticeError extends Error {
  override name = 'NoticeError';
  readonly fault: NoticeFault;
  constructor(fault: NoticeFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/** A notice says little: more than this is none. */
export const MAX_NOTICE_BYTES = 16 * 1024;
const COLLECTOR_ID_BYTES = 16;

/** Throws NoticeError 'malformed' for what no agent would take. */
export function sealNotice(notice: MoveNotice, key: SigningKey): Uint8Array {
  checkContent(notice);
  const { collectorId, serial, addresses, authorities, validUntil } = notice;
  const message = Notice.encode({
    collectorId: Buffer.from(collectorId, 'hex'),
    serial,
    addresses,
    authorityFingerprints: authorities.map((each) => Buffer.from(each, 'hex')),
    validUntil,
  }).finish();
  return sealEnvelope('Notice', message, key);
}

/** `rawPublicKey`: Ed25519, 32 bytes, as enrolment gave it. Throws NoticeError. */
export function openNotice(bytes: Uint8Array, rawPublicKey: Uint8Array): MoveNotice {
  if (bytes.length > MAX_NOTICE_BYTES) throw new NoticeError('malformed', 'the notice is too long');
  const { payload, payloadType: type, signatures } = decoded(() => Envelope.decode(bytes));
  const [signature] = signatures;
  if (type !== payloadType('Notice') || signatures.length !== 1 || !signature?.sig)
    throw new NoticeError('malformed', `a notice is a ${payloadType('Notice')} with one signature`);
  const signed = preAuthenticationEncoding(payloadType('Notice'), payload);
  if (
    signature.keyid !== keyIdOf(rawPublicKey) ||
    !verify(null, signed, publicKeyOf(rawPublicKey), signature.sig)
  )
    throw new NoticeError('signature-wrong', "the notice is not signed by the collector's notice key");
  const message = decoded(() => zstdDecompressSync(payload, { maxOutputLength: MAX_NOTICE_BYTES }));
  const notice = noticeOf(decoded(() => Notice.decode(message)));
  checkContent(notice);
  return notice;
}

function noticeOf(message: Notice): MoveNotice {
  return {
    collectorId: Buffer.from(message.collectorId).toString('hex'),
    serial: message.serial,
    addresses: [...message.addresses],
    authorities: message.authorityFingerprints.map((each) => Buffer.from(each).toString('hex')),
    validUntil: message.validUntil,
  };
}

function checkContent(notice: MoveNotice): void {
  const fault = contentFault(notice);
  if (fault) throw new NoticeError('malformed', fault);
}

function contentFault({ collectorId, serial, addresses, authorities }: MoveNotice): string | undefined {
  if (collectorId.length !== COLLECTOR_ID_BYTES * 2) return 'a collector id has 16 bytes';
  if (serial < 1) return 'serials begin at 1';
  if (addresses.length > 0) return placeFault({ addresses, authorities });
  return authorities.length > 0 ? 'authorities without addresses are for nothing' : undefined;
}

function publicKeyOf(raw: Uint8Array) {
  const x = Buffer.from(raw).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new NoticeError('malformed', 'the notice cannot be decoded', { cause });
  }
}
