/**
 * Keys that their devices replaced. Each counts beside its successor for a while, since the device learns only from the
 * answer that the successor counts, and answers get lost: KEY_OVERLAP_MS at the longest, KEY_FAREWELL_MS once the device
 * has said something under the successor alone. Afterwards its name is remembered, so that it is told from a stranger's.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** How long a device may stay silent between asking for a new key and learning that it has it. */
export const KEY_OVERLAP_MS = 7 * 24 * 60 * 60 * 1000;
/** For what an agent that runs beside the command has under way. */
export const KEY_FAREWELL_MS = 24 * 60 * 60 * 1000;
/** Remembered of one device; those replaced before are strangers' keys then. */
export const REPLACED_KEYS_KEPT = 10;

export interface ReplacedKey {
  deviceId: string;
  publicKey: Uint8Array;
  /** Milliseconds since 1970; from then on it opens nothing. */
  validUntil: number;
}

export class ReplacedKeys {
  readonly #byKeyId: StatementSync;
  readonly #byPublicKey: StatementSync;
  readonly #insert: StatementSync;
  readonly #trim: StatementSync;
  readonly #longer: StatementSync;
  readonly #shorten: StatementSync;

  constructor(database: DatabaseSync) {
    const columns = 'SELECT device_id, public_key, valid_until FROM replaced_keys';
    this.#byKeyId = database.prepare(`${columns} WHERE key_id = ?`);
    this.#byPublicKey = database.prepare(`${columns} WHERE public_key = ?`);
    this.#insert = database.prepare(
      `INSERT INTO replaced_keys (key_id, public_key, device_id, replaced_at, valid_until)
       VALUES (?, ?, ?, ?, ?)`,
    );
    this.#trim = database.prepare(
      `DELETE FROM replaced_keys WHERE device_id = ?1 AND key_id NOT IN (
         SELECT key_id FROM replaced_keys WHERE device_id = ?1 ORDER BY replaced_at DESC, key_id LIMIT ?2)`,
    );
    this.#longer = database.prepare('SELECT 1 FROM replaced_keys WHERE device_id = ? AND valid_until > ?');
    this.#shorten = database.prepare(
      'UPDATE replaced_keys SET valid_until = ?2 WHERE device_id = ?1 AND valid_until > ?2',
    );
  }

  byKeyId(keyId: string): ReplacedKey | undefined {
    return replacedKeyOf(this.#byKeyId.get(keyId));
  }

  byPublicKey(rawPublicKey: Uint8Array): ReplacedKey | undefined {
    return replacedKeyOf(this.#byPublicKey.get(rawPublicKey));
  }

  /** Within the caller's transaction. */
  put(keyId: string, key: Omit<ReplacedKey, 'validUntil'>, now: number): void {
    this.#insert.run(keyId, key.publicKey, key.deviceId, now, now + KEY_OVERLAP_MS);
    this.#trim.run(key.deviceId, REPLACED_KEYS_KEPT);
  }

  /** The device has spoken under its newest key: the overlap with those before it need not last any more. */
  sayFarewell(deviceId: string, now: number): void {
    const until = now + KEY_FAREWELL_MS;
    // Looking costs no wait for the disk.
    if (this.#longer.get(deviceId, until)) this.#shorten.run(deviceId, until);
  }
}

function replacedKeyOf(row: Record<string, unknown> | undefined): ReplacedKey | undefined {
  return (
    row && {
      deviceId: row.device_id as string,
      publicKey: row.public_key as Uint8Array,
      validUntil: row.valid_until as number,
    }
  );
}
