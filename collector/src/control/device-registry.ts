/**
 * Which key belongs to which device. A device id is 8 random bytes made here, so nobody can choose a victim's.
 *
 * Another process may write to the same file (`token`, `device`): what it revokes counts here within REVOKED_WITHIN_MS.
 */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { keyIdOf } from '@fleetmeter/proto';
import { BoundedCache } from './bounded-cache.ts';
import { inTransaction } from './control-database.ts';
import type { EnrolledDevice } from './control-store.ts';
import type { EnrolmentTokens } from './enrolment-tokens.ts';

/** Keys kept in memory; about 300 bytes each. The others are read from the file, which costs some 20 µs. */
const CACHED_KEYS = 200_000;
/** Looking whether another process wrote costs some microseconds, so not every look-up does. */
const REVOKED_WITHIN_MS = 250;

/** Another key already has this key id (64 bits of a hash): the newcomer has to make a new key. */
export class KeyIdTakenError extends Error {
  override name = 'KeyIdTakenError';
}

/** An administrator has put this device out. */
export class DeviceRevokedError extends Error {
  override name = 'DeviceRevokedError';
}

export interface RegisteredDevice {
  deviceId: string;
  keyId: string;
  group: string;
  /** The token it joined with; undefined for devices of the time before tokens. */
  tokenId: string | undefined;
  /** Milliseconds since 1970. */
  enrolledAt: number;
  revokedAt: number | undefined;
}

export class DeviceRegistry {
  readonly #database: DatabaseSync;
  readonly #byPublicKey: StatementSync;
  readonly #byKeyId: StatementSync;
  readonly #insert: StatementSync;
  readonly #revoke: StatementSync;
  readonly #reinstate: StatementSync;
  readonly #page: StatementSync;
  readonly #dataVersion: StatementSync;
  readonly #keys = new BoundedCache<string, EnrolledDevice>(CACHED_KEYS);
  #count: number;
  #looked = 0;
  #version: unknown;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#byPublicKey = database.prepare('SELECT device_id, revoked_at FROM devices WHERE public_key = ?');
    this.#byKeyId = database.prepare(
      'SELECT device_id, public_key, revoked_at FROM devices WHERE key_id = ?',
    );
    this.#insert = database.prepare(
      'INSERT INTO devices (device_id, key_id, public_key, enrolled_at, group_name, token_id) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#revoke = database.prepare(
      'UPDATE devices SET revoked_at = ? WHERE device_id = ? AND revoked_at IS NULL',
    );
    this.#reinstate = database.prepare(
      'UPDATE devices SET revoked_at = NULL WHERE device_id = ? AND revoked_at IS NOT NULL',
    );
    this.#page = database.prepare(
      `SELECT device_id, key_id, group_name, token_id, enrolled_at, revoked_at FROM devices
       WHERE device_id > ? ORDER BY device_id LIMIT ?`,
    );
    this.#dataVersion = database.prepare('PRAGMA data_version');
    this.#count = database.prepare('SELECT count(*) AS n FROM devices').get()?.n as number;
  }

  /**
   * The device id of this key, made at first sight for one that shows the secret of a token. Throws KeyIdTakenError,
   * DeviceRevokedError, or TokenRefusedError.
   */
  enrol(
    rawPublicKey: Uint8Array,
    secret: string,
    tokens: Pick<EnrolmentTokens, 'redeem'>,
    now: number,
  ): string {
    const known = this.#byPublicKey.get(rawPublicKey);
    if (known) {
      if (known.revoked_at !== null) throw revoked(known.device_id as string);
      return known.device_id as string;
    }
    const keyId = keyIdOf(rawPublicKey);
    const deviceId = inTransaction(this.#database, () => {
      if (this.#byKeyId.get(keyId)) throw new KeyIdTakenError(`key id ${keyId} belongs to another key`);
      const { tokenId, group } = tokens.redeem(secret, now);
      // A collision of 64 random bits fails on the primary key, and the agent simply asks again.
      const made = randomBytes(8).toString('hex');
      this.#insert.run(made, keyId, rawPublicKey, now, group, tokenId);
      return made;
    });
    this.#count += 1;
    // Its first report comes at once.
    this.#keys.set(keyId, { deviceId, publicKey: rawPublicKey });
    return deviceId;
  }

  /** Undefined for a key that nobody enrolled. Throws DeviceRevokedError. */
  findKey(keyId: string): EnrolledDevice | undefined {
    this.#forgetWhatOthersChanged();
    const cached = this.#keys.get(keyId);
    if (cached) return cached;
    const row = this.#byKeyId.get(keyId);
    if (!row) return undefined;
    const deviceId = row.device_id as string;
    if (row.revoked_at !== null) throw revoked(deviceId);
    const device: EnrolledDevice = { deviceId, publicKey: row.public_key as Uint8Array };
    this.#keys.set(keyId, device);
    return device;
  }

  /** False when there is no such device, or it is revoked already. */
  revoke(deviceId: string, now: number): boolean {
    this.#keys.clear();
    return this.#revoke.run(now, deviceId).changes > 0;
  }

  /** False when there is no such device, or it is not revoked. */
  reinstate(deviceId: string): boolean {
    return this.#reinstate.run(deviceId).changes > 0;
  }

  /** In the order of their ids, those behind `after`. */
  list(after: string, limit: number): RegisteredDevice[] {
    return this.#page.all(after, limit).map((row) => ({
      deviceId: row.device_id as string,
      keyId: row.key_id as string,
      group: row.group_name as string,
      tokenId: (row.token_id as string | null) ?? undefined,
      enrolledAt: row.enrolled_at as number,
      revokedAt: (row.revoked_at as number | null) ?? undefined,
    }));
  }

  count(): number {
    return this.#count;
  }

  #forgetWhatOthersChanged(): void {
    const at = performance.now();
    if (at - this.#looked < REVOKED_WITHIN_MS) return;
    this.#looked = at;
    const version = this.#dataVersion.get()?.data_version;
    if (version !== this.#version) this.#keys.clear();
    this.#version = version;
  }
}

function revoked(deviceId: string): DeviceRevokedError {
  return new DeviceRevokedError(`device ${deviceId} was revoked`);
}
