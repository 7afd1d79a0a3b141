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
