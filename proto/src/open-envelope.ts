/**
 * Opening DSSE envelopes: the receiver's half, apart from the sender's since it needs a native and a WebAssembly
 * library that agents do without. Opening goes: parse the envelope, look the key up, verify, and only then inflate,
 * within a bound. `openEnvelope` is the only way to a payload of somebody known, `openSelfSigned` to one that brings its
 * own keys.
 */
/// <reference path="./sodium-native.d.ts" />
import sodium from 'sodium-native';
import { keyIdOf, type MessageKind, payloadType, preAuthenticationEncoding } from './envelope-format.ts';
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
  const { payload, signatures } = parseEnvelope(bytes, kind, 1);
  const [signature] = signatures;
  const key = findKey(signature.keyid);
  if (!key)
    throw new EnvelopeError(
      'key-unknown',
      `no device has the key ${JSON.stringify(signature.keyid.slice(0, 16))}`,
    );
  checkSignature(preAuthenticationEncoding(payloadType(kind), payload), signature, key);
  return { keyId: signature.keyid, message: inflated(payload, maxMessageBytes) };
}

/** The most keys that one envelope is signed by: a new one, and the one it takes over from. */
export const MOST_SIGNATURES = 2;

/**
 * Opens a message that names its own signers. It has to be inflated for a stranger, so `maxMessageBytes` must be small.
 * `signersOf` reads from it the raw public keys, one to MOST_SIGNATURES, that must have signed it, in their order in the
 * envelope; exactly these must have. Throws EnvelopeError, and what `signersOf` throws.
 */
export function openSelfSigned(
  bytes: Uint8Array,
  kind: MessageKind,
  signersOf: (message: Buffer) => readonly Uint8Array[],
  maxMessageBytes: number,
): Buffer {
  const { payload, signatures } = parseEnvelope(bytes, kind, MOST_SIGNATURES);
  const message = inflated(payload, maxMessageBytes);
  const keys = signersOf(message);
  if (keys.length === 0 || signatures.length !== keys.length)
    throw new EnvelopeError(
      'signature-missing',
      `the message needs ${keys.length} signatures and has ${signatures.length}`,
    );
  const signed = preAuthenticationEncoding(payloadType(kind), payload);
  for (const [index, signature] of signatures.entries()) {
    const key = keys[index] as Uint8Array;
    if (signature.keyid !== keyIdOf(key))
      throw new EnvelopeError(
        'key-unknown',
        `signature ${index + 1} is not by the key that the message names`,
      );
    checkSignature(signed, signature, key);
  }
  return message;
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
  const { payload, signatures } = parseEnvelope(bytes, kind, 1);
  return { keyId: signatures[0].keyid, message: inflated(payload, maxMessageBytes), payload };
}

/** libsodium, since for a small message it takes half as long as the runtime's OpenSSL: `npm run bench -- opening`. */
function signed(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  const { crypto_sign_BYTES, crypto_sign_PUBLICKEYBYTES, crypto_sign_verify_detached: verify } = sodium;
  if (signature.length !== crypto_sign_BYTES || publicKey.length !== crypto_sign_PUBLICKEYBYTES) return false;
  return verify(signature, message, publicKey);
}

function checkSignature(message: Uint8Array, { sig }: KeySignature, publicKey: Uint8Array): void {
  if (!signed(message, sig, publicKey))
    throw new EnvelopeError('signature-wrong', 'the signature does not fit the payload');
}

interface KeySignature {
  sig: Uint8Array;
  keyid: string;
}

function parseEnvelope(
  bytes: Uint8Array,
  kind: MessageKind,
  mostSignatures: number,
): { payload: Uint8Array; signatures: [KeySignature, ...KeySignature[]] } {
  let envelope: ReturnType<typeof Envelope.decode>;
  try {
    envelope = Envelope.decode(bytes);
  } catch (cause) {
    throw new EnvelopeError('envelope-malformed', 'the body is not an envelope', { cause });
  }
  if (envelope.payloadType !== payloadType(kind)) {
    throw new EnvelopeError('payload-type-unexpected', `payload_type must be ${payloadType(kind)}`);
  }
  const [first, ...more] = envelope.signatures.flatMap(({ sig, keyid }) =>
    sig && keyid ? [{ sig, keyid }] : [],
  );
  const given = envelope.signatures.length;
  if (!first || given > mostSignatures || more.length + 1 !== given)
    throw new EnvelopeError(
      'signature-missing',
      mostSignatures === 1
        ? 'exactly one signature with a key id is needed'
        : `one to ${mostSignatures} signatures are needed, each with a key id`,
    );
  return { payload: envelope.payload, signatures: [first, ...more] };
}

function inflated(payload: Uint8Array, maxMessageBytes: number): Buffer {
  try {
    return inflatePayload(payload, maxMessageBytes);
  } catch (cause) {
    if (!(cause instanceof PayloadError)) throw cause;
    throw new EnvelopeError(cause.fault, cause.message, { cause });
  }
}
