/**
 * Who this device is: an Ed25519 key and a secret for keyed hashes, both made at first start and kept as files of
 * their own, so that a damaged store costs neither. The key may be replaced; the secret stays.
 */
import { hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SigningKey } from '@fleetmeter/proto';
import { writeOnceDurably } from '../store/write-durably.ts';
import { DeviceKeys } from './device-keys.ts';

const SECRET_FILE = 'device-secret.bin';
const SECRET_BYTES = 32;

export interface DeviceIdentity {
  /** Of the key in use at the time of asking, as is publicKey. */
  readonly signingKey: SigningKey;
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly keys: DeviceKeys;
  /** Keys the hashes that stand for users. Never leaves the device. */
  readonly userSecret: Uint8Array;
  /** Keys the order of usage marks. Never leaves the device. */
  readonly slotSecret: Uint8Array;
}

/** Reads the identity, or makes what of it is missing. Throws when a file is there and cannot be read. */
export function openDeviceIdentity(stateFolder: string): DeviceIdentity {
  const keys = new DeviceKeys(stateFolder);
  keys.current();
  const secret = readOrMake(join(stateFolder, SECRET_FILE), () => randomBytes(SECRET_BYTES));
  if (secret.length !== SECRET_BYTES) throw new Error(`${SECRET_FILE} is not ${SECRET_BYTES} bytes`);
  return {
    keys,
    get signingKey() {
      return keys.current().signingKey;
    },
    get publicKey() {
      return keys.current().publicKey;
    },
    userSecret: derive(secret, 'users/1'),
    slotSecret: derive(secret, 'slots/1'),
  };
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
  writeOnceDurably(path, make());
  return readFileSync(path);
}
