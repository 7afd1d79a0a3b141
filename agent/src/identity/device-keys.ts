/**
 * The key files of this device: the key in use, and beside it, while it is being replaced, the next one, which is on the
 * disk before anybody is told of it. Taking over is one rename, so after a crash the device has the one or the other,
 * and never a key that the collector expects and nobody has.
 *
 * Another process (`rotate-key`) may take over: the key in use is looked at each time it is asked for.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync, renameSync, rmSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { keyIdOf, type SigningKey } from '@fleetmeter/proto';
import { syncFolder, writeOnceDurably } from '../store/write-durably.ts';

export const DEVICE_KEY_FILE = 'device-key.pem';
const NEXT_KEY_FILE = 'device-key.next.pem';

export interface DeviceKey {
  signingKey: SigningKey;
  /** Raw Ed25519 public key, 32 bytes. */
  publicKey: Uint8Array;
  /** By the clock of that time. */
  madeAtMs: number;
}

export class DeviceKeys {
  readonly #folder: string;
  #inUse: { key: DeviceKey; file: Stats } | undefined;

  constructor(stateFolder: string) {
    this.#folder = stateFolder;
  }

  /** The key in use; made at the first call of all. Throws when its file is there and cannot be read. */
  current(): DeviceKey {
    const file = statOf(this.#path(DEVICE_KEY_FILE));
    // Without its file the key in memory is as good as ever.
    if (this.#inUse && (!file || isSame(file, this.#inUse.file))) return this.#inUse.key;
    if (!file) writeOnceDurably(this.#path(DEVICE_KEY_FILE), newKeyFile());
    this.#inUse = this.#read(DEVICE_KEY_FILE);
    return this.#inUse.key;
  }

  /** The key that is to take over; undefined when none is, or its file is damaged. */
  next(): DeviceKey | undefined {
    try {
      return statOf(this.#path(NEXT_KEY_FILE)) && this.#read(NEXT_KEY_FILE).key;
    } catch {
      return undefined;
    }
  }

  /** The same one for everybody who asks at the same time. */
  makeNext(): DeviceKey {
    const made = this.next();
    if (made) return made;
    this.dropNext();
    writeOnceDurably(this.#path(NEXT_KEY_FILE), newKeyFile());
    return this.#read(NEXT_KEY_FILE).key;
  }

  dropNext(): void {
    rmSync(this.#path(NEXT_KEY_FILE), { force: true });
  }

  /** This next key is the one in use from now on; another process may have seen to that already. */
  takeOver({ signingKey }: DeviceKey): void {
    if (this.next()?.signingKey.keyId !== signingKey.keyId) return;
    try {
      renameSync(this.#path(NEXT_KEY_FILE), this.#path(DEVICE_KEY_FILE));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    syncFolder(this.#folder);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #read(name: string): { key: DeviceKey; file: Stats } {
    const file = statSync(this.#path(name));
    const privateKey = createPrivateKey(readFileSync(this.#path(name)));
    const publicKey = rawPublicKey(privateKey);
    const signingKey = { keyId: keyIdOf(publicKey), privateKey };
    return { key: { signingKey, publicKey, madeAtMs: file.mtimeMs }, file };
  }
}

function newKeyFile(): Buffer {
  return Buffer.from(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

function rawPublicKey(privateKey: KeyObject): Uint8Array {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  return Uint8Array.from(Buffer.from(x as string, 'base64url'));
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function isSame(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.mtimeMs === b.mtimeMs && a.size === b.size;
}
