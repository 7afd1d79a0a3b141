/** Keys and pseudonyms of a simulated device, made from seed and number when they are needed. */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { keyIdOf, type SigningKey } from '@fleetmeter/proto';

/** DER of an unencrypted PKCS#8 Ed25519 key up to its 32 bytes (RFC 8410). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** `bytes` (at most 32) that belong to a device and a purpose. */
export function secretOf(seed: number, device: number, purpose: string, bytes = 32): Buffer {
  return createHash('sha256')
    .update(`fleetmeter load ${seed} ${device} ${purpose}`)
    .digest()
    .subarray(0, bytes);
}

export interface DeviceKey extends SigningKey {
  /** Raw Ed25519 public key, 32 bytes. */
  publicKey: Uint8Array;
}

export function deviceKey(seed: number, device: number): DeviceKey {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_ED25519, secretOf(seed, device, 'key')]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { privateKey, publicKey: Uint8Array.from(publicKey), keyId: keyIdOf(publicKey) };
}
