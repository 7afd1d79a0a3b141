/**
 * By which key a device speaks. Read from the file each time, some 20 microseconds: what is revoked counts at once, whoever
 * wrote it. A fleet that reports hourly would find little of itself in a cache.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EnrolledDevice } from './contract/device-keys.ts';
import { type ReplacedKey, ReplacedKeys } from './replaced-keys.ts';

/** An administrator has put this device out. */
export class DeviceRevokedError extends Error {
  override name = 'DeviceRevokedError';
}

/** An administrator has put it out for good, with everything that was known of it. */
export class DeviceErasedError extends DeviceRevokedError {
  override name = 'DeviceErasedError';
}

/** Its device has replaced this key, and the time in which both counted is over. */
export class KeyReplacedError extends Error {
  override name = 'KeyReplacedError';
}

export class KnownKeys {
  readonly #byKeyId: StatementSync;
  readonly #byDeviceId: StatementSync;
  readonly #isRevoked: StatementSync;
  readonly #isErased: StatementSync;
  readonly #replaced: ReplacedKeys;

  constructor(database: DatabaseSync) {
    this.#byKeyId = database.prepare(
      'SELECT device_id, public_key, revoked_at, group_name, settings_version FROM devices WHERE key_id = ?',
    );
    this.#byDeviceId = database.prepare(
      'SELECT group_name, settings_version FROM devices WHERE device_id = ?',
    );
    this.#isRevoked = database.prepare(
      'SELECT 1 FROM devices WHERE device_id = ? AND revoked_at IS NOT NULL',
    );
    this.#isErased = database.prepare(
      'SELECT 1 FROM device_lives WHERE device_id = ? AND erased_at IS NOT NULL',
    );
    this.#replaced = new ReplacedKeys(database);
  }

  /**
   * By key id (see keyIdOf); undefined for a key that nobody enrolled. Throws DeviceRevokedError, DeviceErasedError or
   * KeyReplacedError.
   */
  find(keyId: string, now: number): EnrolledDevice | undefined {
    const row = this.#byKeyId.get(keyId);
    if (row) {
      const deviceId = row.device_id as string;
      if (row.revoked_at !== null) throw this.revoked(deviceId);
      return { deviceId, publicKey: row.public_key as Uint8Array, ...settingsOf(row) };
    }
    const former = this.replacedKey(keyId, this.#replaced.byKeyId(keyId), now);
    if (!former) return undefined;
    const { deviceId, publicKey } = former;
    return { deviceId, publicKey, ...settingsOf(this.#byDeviceId.get(deviceId) ?? {}) };
  }

  /** Lets a key pass that was replaced only lately. Throws as find. */
  replacedKey(keyId: string, key: ReplacedKey | undefined, now: number): ReplacedKey | undefined {
    if (!key) return undefined;
    this.checkNotRevoked(key.deviceId);
    if (key.validUntil <= now) throw replaced(keyId);
    return key;
  }

  /** Throws DeviceRevokedError or DeviceErasedError. */
  checkNotRevoked(deviceId: string): void {
    if (this.#isRevoked.get(deviceId)) throw this.revoked(deviceId);
  }

  /** What there is to say of a device that was revoked. Erased devices are revoked as well. */
  revoked(deviceId: string): DeviceRevokedError {
    if (this.#isErased.get(deviceId)) return new DeviceErasedError(`device ${deviceId} was erased`);
    return new DeviceRevokedError(`device ${deviceId} was revoked`);
  }
}

function settingsOf(row: Record<string, unknown>): Pick<EnrolledDevice, 'group' | 'settingsVersion'> {
  return { group: row.group_name as string, settingsVersion: row.settings_version as number };
}

export function replaced(keyId: string): KeyReplacedError {
  return new KeyReplacedError(`the device has replaced its key ${keyId}`);
}
