/**
 * Who this device is: an Ed25519 key and a secret for keyed hashes, both made at first start and kept as files of
 * their own, so that a damaged store costs neither.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyIdOf, type SigningKey } from '@fleetmeter/proto';
import { writeDurably } from '../store/write-durably.ts';

const KEY_FILE = 'device-key.pem';
const SECRET_FILE = 'device-secret.bin';
const SECRET_BYTES = 32;

export interface DeviceIdentity {
  signingKey: SigningKey;
  /** Raw Ed25519 public key, 32 bytes. */
  publicKey: Uint8Array;
  /** Keys the hashes that stand for users. Never leaves the device. */
  userSecret: Uint8Array;
  /** Keys the order of usage marks. Never leaves the device. */
  slotSecret: Uint8Array;
}

/** Reads the identity, or makes what of it is missing. Throws when a file is there and cannot be read. */
export function openDeviceIdentity(stateFolder: string): DeviceIdentity {
  const privateKey = createPrivateKey(
    readOrMake(join(stateFolder, KEY_FILE), () =>
      Buffer.from(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })),
    ),
  );
  const secret = readOrMake(join(stateFolder, SECRET_FILE), () => randomBytes(SECRET_BYTES));
  if (secret.length !== SECRET_BYTES) throw new Error(`${SECRET_FILE} is not ${SECRET_BYTES} bytes`);
  const publicKey = rawPublicKey(privateKey);
  return {
    signingKey: { keyId: keyIdOf(publicKey), privateKey },
    publicKey,
    userSecret: derive(secret, 'users/1'),
    slotSecret: derive(secret, 'slots/1'),
  };
}

function rawPublicKey(privateKey: KeyObject): Uint8Array {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  return Uint8Array.from(Buffer.from(x as string, 'base64url'));
}

function derive(secret: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), `fleetmeter/${purpose}`, 32));
}

function readOrMake(path: string, make: () => Buffer): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const content = make();
  // A half-written key would be a new device.
  writeDurably(path, content);
  return content;
}
