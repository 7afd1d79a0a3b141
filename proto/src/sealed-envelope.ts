/**
 * Sealing and opening DSSE envelopes (https://github.com/secure-systems-lab/dsse, protocol.md).
 *
 * The signature covers the *compressed* payload, so opening goes: parse the envelope, look the key up, verify,
 * and only then inflate, within a bound. `openEnvelope` is the only way to a payload.
 */
import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { Envelope } from './wire.ts';

export type MessageKind = 'Report' | 'EvidenceBatch' | 'EnrolRequest';

/** The one content type of request bodies; anything else, also with parameters, is refused. */
export const ENVELOPE_CONTENT_TYPE = 'application/vnd.fleetmeter.v1.envelope';
/** Content type of Acknowledgement and EnrolResponse bodies. */
export const ANSWER_CONTENT_TYPE = 'application/vnd.fleetmeter.v1.answer';

/** The most that any message may inflate to: sender, receiver and readers of the stream keep to the same bound. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

export type EnvelopeFault =
  | 'envelope-malformed'
  | 'payload-type-unexpected'
  | 'signature-missing'
  | 'key-unknown'
  | 'signature-wrong'
  | 'payload-too-large'
  | 'payload-malformed';

/** Why an envelope was not opened. `fault` is the closed list, `message` is for people. */
export class EnvelopeError extends Error {
  override name = 'EnvelopeError';
  readonly fault: EnvelopeFault;
  constructor(fault: EnvelopeFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

const payloadType = (kind: MessageKind): string => `fleetmeter.v1.${kind}+zstd`;
const COMPRESSION = { params: { [constants.ZSTD_c_compressionLevel]: 9 } };

/** A frame may ask for a window of its own choosing; 8 MiB holds every message that is allowed. */
const WINDOW = { [constants.ZSTD_d_windowLogMax]: 23 };

/** DSSE's pre-authentication encoding. */
function preAuthenticationEncoding(type: string, payload: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `),
    payload,
  ]);
}

/** The name of a key: first 16 hex digits of SHA-256 of the raw 32-byte public key. */
export function keyIdOf(rawPublicKey: Uint8Array): string {
  return createHash('sha256').update(rawPublicKey).digest('hex').slice(0, 16);
}

export interface SigningKey {
  keyId: string;
  /** Ed25519 private key. */
  privateKey: KeyObject;
}

/** Compresses, signs and encodes an encoded message. Deterministic: the same message gives the same bytes. */
export function sealEnvelope(kind: MessageKind, message: Uint8Array, key: SigningKey): Uint8Array {
  const payload = zstdCompressSync(message, COMPRESSION);
  const sig = sign(null, preAuthenticationEncoding(payloadType(kind), payload), key.privateKey);
  return Envelope.encode({
    payload,
    payloadType: payloadType(kind),
    signatures: [{ sig, keyid: key.keyId }],
  }).finish();
}

export interface OpenedEnvelope {
  keyId: string;
  /** The inflated message, to be decoded by its type. */
  message: Buffer;
  /** First 16 bytes of SHA-256 of the compressed payload: names this very report. */
  payloadHash: Uint8Array;
}

/** Finds the Ed25519 public key of a key id, or undefined when no such key may sign. */
export type FindKey = (keyId: string) => KeyObject | undefined;

/**
 * Verifies and inflates. Throws EnvelopeError; never inflates before the signature held, never beyond
 * `maxMessageBytes`.
 */
export function openEnvelope(
  bytes: Uint8Array,
  kind: MessageKind,
  findKey: FindKey,
  maxMessageBytes: number,
): OpenedEnvelope {
  const { payload, signature } = parseEnvelope(bytes, kind);
  const key = findKey(signature.keyid);
  if (!key)
    throw new EnvelopeError(
      'key-unknown',
      `no device has the key ${JSON.stringify(signature.keyid.slice(0, 16))}`,
    );
  if (!verify(null, preAuthenticationEncoding(payloadType(kind), payload), key, signature.sig)) {
    throw new EnvelopeError('signature-wrong', 'the signature does not fit the payload');
  }
  return {
    keyId: signature.keyid,
    message: inflate(payload, maxMessageBytes),
    payloadHash: payloadHash(payload),
  };
}

export function payloadHash(payload: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(payload).digest().subarray(0, 16));
}

/** payloadHash of an envelope of one's own, for example to recognise it in a ProcessedHead. */
export function envelopeHash(bytes: Uint8Array): Uint8Array {
  return payloadHash(Envelope.decode(bytes).payload);
}

/**
 * Inflates an envelope that was verified before it was stored. For readers of the stream, where the stream's
 * own checksum vouches for the bytes; everybody else uses openEnvelope.
 */
export function reopenVerifiedEnvelope(
  bytes: Uint8Array,
  kind: MessageKind,
  maxMessageBytes: number,
): OpenedEnvelope {
  const { payload, signature } = parseEnvelope(bytes, kind);
  return {
    keyId: signature.keyid,
    message: inflate(payload, maxMessageBytes),
    payloadHash: payloadHash(payload),
  };
}

function parseEnvelope(
  bytes: Uint8Array,
  kind: MessageKind,
): { payload: Uint8Array; signature: { sig: Uint8Array; keyid: string } } {
  let envelope: ReturnType<typeof Envelope.decode>;
  try {
    envelope = Envelope.decode(bytes);
  } catch (cause) {
    throw new EnvelopeError('envelope-malformed', 'the body is not an envelope', { cause });
  }
  if (envelope.payloadType !== payloadType(kind)) {
    throw new EnvelopeError('payload-type-unexpected', `payload_type must be ${payloadType(kind)}`);
  }
  const signature = envelope.signatures[0];
  if (envelope.signatures.length !== 1 || !signature?.sig || !signature.keyid) {
    throw new EnvelopeError('signature-missing', 'exactly one signature with a key id is needed');
  }
  return { payload: envelope.payload, signature: { sig: signature.sig, keyid: signature.keyid } };
}

/** Id lists do not compress: mostly the first piece of output, a little longer than the input, is all of it. */
const OUTPUT_MARGIN_BYTES = 1024;

function inflate(payload: Uint8Array, maxMessageBytes: number): Buffer {
  const chunkSize = payload.length + OUTPUT_MARGIN_BYTES;
  try {
    return zstdDecompressSync(payload, { maxOutputLength: maxMessageBytes, params: WINDOW, chunkSize });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new EnvelopeError('payload-too-large', `the payload inflates beyond ${maxMessageBytes} bytes`, {
        cause,
      });
    }
    throw new EnvelopeError('payload-malformed', 'the payload is not zstd', { cause });
  }
}
