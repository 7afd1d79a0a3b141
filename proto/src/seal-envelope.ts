/** Sealing DSSE envelopes: the sender's half. The signature covers the *compressed* payload. */
import { type KeyObject, sign } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import { type MessageKind, payloadType, preAuthenticationEncoding } from './envelope-format.ts';
import { Envelope } from './wire.ts';

/** From here on matches are chosen for the whole message; beyond it the processor time of a long list multiplies. */
const COMPRESSION = { params: { [constants.ZSTD_c_compressionLevel]: 12 } };

export interface SigningKey {
  keyId: string;
  /** Ed25519 private key. */
  privateKey: KeyObject;
}

/**
 * Compresses, signs and encodes an encoded message. Deterministic: the same message gives the same bytes. Where one key
 * vouches for another its signature stands second: `alsoBy`.
 */
export function sealEnvelope(
  kind: MessageKind,
  message: Uint8Array,
  key: SigningKey,
  alsoBy?: SigningKey,
): Uint8Array {
  return signedEnvelope(
    payloadType(kind),
    zstdCompressSync(message, COMPRESSION),
    alsoBy ? [key, alsoBy] : [key],
  );
}

/**
 * The same payload under another key, for what was sealed before the key was replaced: the payload names the message,
 * so it stays the same one. An envelope that `key` signed already comes back as it is.
 */
export function resealEnvelope(envelope: Uint8Array, key: SigningKey): Uint8Array {
  const { payload, payloadType: type, signatures } = Envelope.decode(envelope);
  if (signatures.length === 1 && signatures[0]?.keyid === key.keyId) return envelope;
  return signedEnvelope(type, payload, [key]);
}

function signedEnvelope(type: string, payload: Uint8Array, keys: readonly SigningKey[]): Uint8Array {
  const signed = preAuthenticationEncoding(type, payload);
  const signatures = keys.map(({ keyId, privateKey }) => ({
    sig: sign(null, signed, privateKey),
    keyid: keyId,
  }));
  return Envelope.encode({ payload, payloadType: type, signatures }).finish();
}
