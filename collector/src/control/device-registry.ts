/**
 * Which key belongs to which device. A device id is 8 random bytes made here, so nobody can choose a victim's; a device
 * may replace its key and stays itself.
 *
 * Another process may write to the same file (`token`, `device`): what it revokes counts here within REVOKED_WITHIN_MS.
 */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { keyIdOf } from '@fleetmeter/proto';
import { type Admitted, NotApprovedError } from './admission.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { EnrolledDevice } from './contract/device-keys.ts';
import { atomically } from './control-database.ts';
import { ReplacedKeys } from './replaced-keys.ts';
import type { SplitTickets } from './split-tickets.ts';

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
  readonly deviceId: string;
  constructor(message: string, deviceId = '') {
    super(message);
    this.deviceId = deviceId;
  }
}

/** An administrator has put it out for good, with everything that was known of it. */
export class DeviceErasedError extends DeviceRevokedError {
  override name = 'DeviceErasedError';
}

/** Its device has replaced this key, and the time in which both counted is over. */
export class KeyReplacedError extends Error {
  override name = 'KeyReplacedError';
}

/** No device has the key that was to be replaced. */
export class KeyUnknownError extends Error {
  override name = 'KeyUnknownError';
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
  readonly #setKey: StatementSync;
  readonly #isRevoked: StatementSync;
  readonly #groupOf: StatementSync;
  readonly #dataVersion: StatementSync;
  readonly #countAll: StatementSync;
  readonly #replaced: ReplacedKeys;
  readonly #keys = new BoundedCache<string, CachedKey>(CACHED_KEYS);
  #count: number;
  #looked = 0;
  #version: unknown;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#byPublicKey = database.prepare(
      'SELECT device_id, key_id, revoked_at FROM devices WHERE public_key = ?',
    );
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
      `UPDATE devices SET revoked_at = NULL WHERE device_id = ? AND revoked_at IS NOT NULL
       AND device_id NOT IN (SELECT device_id FROM device_lives WHERE erased_at IS NOT NULL)`,
    );
    this.#page = database.prepare(
      `SELECT device_id, key_id, group_name, token_id, enrolled_at, revoked_at FROM devices
       WHERE device_id > ? ORDER BY device_id LIMIT ?`,
    );
    this.#setKey = database.prepare('UPDATE devices SET key_id = ?, public_key = ? WHERE device_id = ?');
    this.#isRevoked = database.prepare(
      'SELECT 1 FROM devices WHERE device_id = ? AND revoked_at IS NOT NULL',
    );
    this.#groupOf = database.prepare('SELECT group_name FROM devices WHERE device_id = ?');
    this.#dataVersion = database.prepare('PRAGMA data_version');
    this.#replaced = new ReplacedKeys(database);
    this.#countAll = database.prepare('SELECT count(*) AS n FROM devices');
    this.#count = this.#countAll.get()?.n as number;
  }

  /**
   * The device id of this key, made at first sight for one that `judge` lets in. Throws KeyIdTakenError,
   * KeyReplacedError, DeviceRevokedError, NotApprovedError; and what `judge` and `admit` throw: then nothing has changed.
   * `admit` is called for a new key that `judge` lets in.
   */
  enrol(
    rawPublicKey: Uint8Array,
    judge: (keyId: string) => Admitted | NotApprovedError,
    now: number,
    admit: () => void = () => {},
  ): string {
    const known = this.#deviceOf(rawPublicKey, now);
    if (known !== undefined) return known;
    const keyId = keyIdOf(rawPublicKey);
    const deviceId = atomically(this.#database, () => {
      this.#checkKeyIdIsFree(keyId);
      const admitted = judge(keyId);
      if (admitted instanceof NotApprovedError) return admitted;
      admit();
      const { tokenId, group } = admitted;
      // A collision of 64 random bits fails on the primary key, and the agent simply asks again.
      const made = randomBytes(8).toString('hex');
      this.#insert.run(made, keyId, rawPublicKey, now, group, tokenId);
      admitted.joined(made);
      return made;
    });
    if (deviceId instanceof NotApprovedError) throw deviceId;
    this.#count += 1;
    // Its first report comes at once.
    this.#keys.set(keyId, { deviceId, publicKey: rawPublicKey });
    return deviceId;
  }

  /**
   * The device of `previous` goes on under `next`; both must have signed. The same again answers the same, since the
   * first answer may have been lost. Throws KeyUnknownError, KeyReplacedError, KeyIdTakenError or DeviceRevokedError.
   */
  replaceKey(previous: Uint8Array, next: Uint8Array, now: number): string {
    const done = this.#deviceOf(next, now);
    if (done !== undefined) return done;
    const [previousId, nextId] = [keyIdOf(previous), keyIdOf(next)];
    const deviceId = atomically(this.#database, () => {
      const row = this.#byPublicKey.get(previous);
      // Only the newest key may name a successor: who has an older one must not take the device over.
      if (!row && this.#replaced.byPublicKey(previous)) throw replaced(previousId);
      if (!row) throw new KeyUnknownError(`no device has the key ${previousId}`);
      const device = row.device_id as string;
      if (row.revoked_at !== null) throw revoked(device);
      this.#checkKeyIdIsFree(nextId);
      this.#replaced.put(previousId, { deviceId: device, publicKey: previous }, now);
      this.#setKey.run(nextId, next, device);
      return device;
    });
    this.#keys.delete(previousId);
    this.#keys.set(nextId, { deviceId, publicKey: next });
    return deviceId;
  }

  /**
   * The holder of `previous` was proven to be a copy and becomes, under `next`, the device its ticket stands for, in
   * the group of the original. The same again answers the same. Throws SplitTicketRefusedError, KeyUnknownError,
   * KeyIdTakenError, KeyReplacedError or DeviceRevokedError.
   */
  splitOff(
    { previous, next, ticket }: { previous: Uint8Array; next: Uint8Array; ticket: Uint8Array },
    tickets: Pick<SplitTickets, 'redeem'>,
    now: number,
  ): string {
    const done = this.#deviceOf(next, now);
    if (done !== undefined) return done;
    const nextId = keyIdOf(next);
    const deviceId = atomically(this.#database, () => {
      // The original may have replaced the key since it was copied.
      const original =
        this.#byPublicKey.get(previous)?.device_id ?? this.#replaced.byPublicKey(previous)?.deviceId;
      if (typeof original !== 'string')
        throw new KeyUnknownError(`no device has the key ${keyIdOf(previous)}`);
      if (this.#isRevoked.get(original)) throw revoked(original);
      this.#checkKeyIdIsFree(nextId);
      const made = tickets.redeem(ticket, original, next, now);
      const group = this.#groupOf.get(original)?.group_name as string;
      this.#insert.run(made, nextId, next, now, group, null);
      return made;
    });
    this.#count += 1;
    this.#keys.set(nextId, { deviceId, publicKey: next });
    return deviceId;
  }

  /**
   * The device that this key speaks for, undefined for a key that is new here. One that speaks under its newest key has
   * no more use for those before.
   */
  #deviceOf(rawPublicKey: Uint8Array, now: number): string | undefined {
    const row = this.#byPublicKey.get(rawPublicKey);
    if (!row)
      return this.#checked(keyIdOf(rawPublicKey), this.#replaced.byPublicKey(rawPublicKey), now)?.deviceId;
    const deviceId = row.device_id as string;
    if (row.revoked_at !== null) throw revoked(deviceId);
    for (const keyId of this.#replaced.sayFarewell(deviceId, now)) this.#keys.delete(keyId);
    return deviceId;
  }

  #checkKeyIdIsFree(keyId: string): void {
    if (this.#byKeyId.get(keyId) ?? this.#replaced.byKeyId(keyId))
      throw new KeyIdTakenError(`key id ${keyId} belongs to another key`);
  }

  /** Undefined for a key that nobody enrolled. Throws DeviceRevokedError or KeyReplacedError. */
  findKey(keyId: string, now: number): EnrolledDevice | undefined {
    this.#forgetWhatOthersChanged();
    const cached = this.#keys.get(keyId);
    if (cached) return this.#checked(keyId, cached, now);
    const found = this.#newestKey(keyId) ?? this.#checked(keyId, this.#replaced.byKeyId(keyId), now);
    if (found) this.#keys.set(keyId, found);
    return found;
  }

  #newestKey(keyId: string): CachedKey | undefined {
    const row = this.#byKeyId.get(keyId);
    if (!row) return undefined;
    const deviceId = row.device_id as string;
    if (row.revoked_at !== null) throw revoked(deviceId);
    return { deviceId, publicKey: row.public_key as Uint8Array };
  }

  /** Lets a key pass that is its device's newest, or was replaced only lately. */
  #checked(keyId: string, key: CachedKey | undefined, now: number): CachedKey | undefined {
    if (key?.validUntil === undefined) return key;
    if (this.#isRevoked.get(key.deviceId)) throw revoked(key.deviceId);
    if (key.validUntil <= now) throw replaced(keyId);
    return key;
  }

  /** False when there is no such device, or it is revoked already. */
  revoke(deviceId: string, now: number): boolean {
    this.#keys.clear();
    return this.#revoke.run(now, deviceId).changes > 0;
  }

  /** False when there is no such device, it is not revoked, or it was erased. */
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

  /** What is held in memory followed a transaction that did not happen. */
  forget(): void {
    this.#keys.clear();
    this.#count = this.#countAll.get()?.n as number;
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

/** Without `validUntil` it is the newest of its device. */
type CachedKey = EnrolledDevice & { validUntil?: number };

function replaced(keyId: string): KeyReplacedError {
  return new KeyReplacedError(`the device has replaced its key ${keyId}`);
}

function revoked(deviceId: string): DeviceRevokedError {
  return new DeviceRevokedError(`device ${deviceId} was revoked`, deviceId);
}
