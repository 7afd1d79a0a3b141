/**
 * Opening DSSE envelopes: the receiver's half, apart from the sender's since it needs a native and a WebAssembly
 * library that agents do without. Opening goes: parse the envelope, look the key up, verify, and only then inflate,
 * within a bound. `openEnvelope` is the only way to a payload.
 */
/// <reference path="./sodium-native.d.ts" />
import sodium from 'sodium-native';
import { type MessageKind, payloadType, preAuthenticationEncoding } from './envelope-format.ts';
import { inflatePayload, PayloadError } from './inflate-payload.ts';
import { Envelope } from './wire.ts';

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

export interface OpenedEnvelope {
  keyId: string;
  /** The inflated message, to be decoded by its type. */
  message: Buffer;
}

/** Finds the raw Ed25519 public key (32 bytes) of a key id, or undefined when no such key may sign. */
export type FindKey = (keyId: string) => Uint8Array | undefined;

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
  if (!signed(preAuthenticationEncoding(payloadType(kind), payload), signature.sig, key)) {
    throw new EnvelopeError('signature-wrong', 'the signature does not fit the payload');
  }
  return { keyId: signature.keyid, message: inflated(payload, maxMessageBytes) };
}

/**
 * Inflates an envelope that was verified before it was stored. For readers of the stream, where the stream's
 * own checksum vouches for the bytes; everybody else uses openEnvelope.
 */
export function reopenVerifiedEnvelope(
  bytes: Uint8Array,
  kind: MessageKind,
  maxMessageBytes: number,
): OpenedEnvelope & { payload: Uint8Array } {
  const { payload, signature } = parseEnvelope(bytes, kind);
  return { keyId: signature.keyid, message: inflated(payload, maxMessageBytes), payload };
}

/** libsodium, since for a small message it takes half as long as the runtime's OpenSSL: `npm run bench -- opening`. */
function signed(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  const { crypto_sign_BYTES, crypto_sign_PUBLICKEYBYTES, crypto_sign_verify_detached: verify } = sodium;
  if (signature.length !== crypto_sign_BYTES || publicKey.length !== crypto_sign_PUBLICKEYBYTES) return false;
  return verify(signature, message, publicKey);
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

function inflated(payload: Uint8Array, maxMessageBytes: number): Buffer {
  try {
    return inflatePayload(payload, maxMessageBytes);
  } catch (cause) {
    if (!(cause instanceof PayloadError)) throw cause;
    throw new EnvelopeError(cause.fault, cause.message, { cause });
  }
}
