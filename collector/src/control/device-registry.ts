/**
 * Which key belongs to which device. A device id is 8 random bytes made here, so nobody can choose a victim's.
 */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { keyIdOf } from '@fleetmeter/proto';
import { BoundedCache } from './bounded-cache.ts';
import { inTransaction } from './control-database.ts';
import type { EnrolledDevice } from './control-store.ts';

/** Keys kept in memory; about 300 bytes each. The others are read from the file, which costs some 20 µs. */
const CACHED_KEYS = 200_000;

/** Another key already has this key id (64 bits of a hash): the newcomer has to make a new key. */
export class KeyIdTakenError extends Error {
  override name = 'KeyIdTakenError';
}

export class DeviceRegistry {
  readonly #database: DatabaseSync;
  readonly #byPublicKey: StatementSync;
  readonly #byKeyId: StatementSync;
  readonly #insert: StatementSync;
  readonly #keys = new BoundedCache<string, EnrolledDevice>(CACHED_KEYS);
  #count: number;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#byPublicKey = database.prepare('SELECT device_id FROM devices WHERE public_key = ?');
    this.#byKeyId = database.prepare('SELECT device_id, public_key FROM devices WHERE key_id = ?');
    this.#insert = database.prepare(
      'INSERT INTO devices (device_id, key_id, public_key, enrolled_at) VALUES (?, ?, ?, ?)',
    );
    this.#count = database.prepare('SELECT count(*) AS n FROM devices').get()?.n as number;
  }

  /** The device id of this key, made at first sight. Throws KeyIdTakenError. */
  enrol(rawPublicKey: Uint8Array, now: number): string {
    const known = this.#byPublicKey.get(rawPublicKey)?.device_id;
    if (typeof known === 'string') return known;
    const keyId = keyIdOf(rawPublicKey);
    const deviceId = inTransaction(this.#database, () => {
      if (this.#byKeyId.get(keyId)) throw new KeyIdTakenError(`key id ${keyId} belongs to another key`);
      // A collision of 64 random bits fails on the primary key, and the agent simply asks again.
      const made = randomBytes(8).toString('hex');
      this.#insert.run(made, keyId, rawPublicKey, now);
      return made;
    });
    this.#count += 1;
    // Its first report comes at once.
    this.#keys.set(keyId, { deviceId, publicKey: rawPublicKey });
    return deviceId;
  }

  findKey(keyId: string): EnrolledDevice | undefined {
    const cached = this.#keys.get(keyId);
    if (cached) return cached;
    const row = this.#byKeyId.get(keyId);
    if (!row) return undefined;
    const device: EnrolledDevice = {
      deviceId: row.device_id as string,
      publicKey: row.public_key as Uint8Array,
    };
    this.#keys.set(keyId, device);
    return device;
  }

  count(): number {
    return this.#count;
  }
}
