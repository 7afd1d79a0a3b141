/**
 * Which key belongs to which device. A device id is 8 random bytes made here, so nobody can choose a victim's; a device
 * may replace its key and stays itself.
 */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { keyIdOf } from '@fleetmeter/proto';
import { type Admitted, NotApprovedError } from './admission.ts';
import { atomically } from './control-database.ts';
import { KnownKeys, replaced } from './known-keys.ts';
import { ReplacedKeys } from './replaced-keys.ts';
import type { SplitTickets } from './split-tickets.ts';

/** Another key already has this key id (64 bits of a hash): the newcomer has to make a new key. */
export class KeyIdTakenError extends Error {
  override name = 'KeyIdTakenError';
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
  readonly #groupOf: StatementSync;
  readonly #countAll: StatementSync;
  readonly #replaced: ReplacedKeys;
  readonly #known: KnownKeys;
  #count: number;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#byPublicKey = database.prepare(
      'SELECT device_id, key_id, revoked_at FROM devices WHERE public_key = ?',
    );
    this.#byKeyId = database.prepare('SELECT 1 FROM devices WHERE key_id = ?');
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
    this.#groupOf = database.prepare('SELECT group_name FROM devices WHERE device_id = ?');
    this.#replaced = new ReplacedKeys(database);
    this.#known = new KnownKeys(database);
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
      if (row.revoked_at !== null) throw this.#known.revoked(device);
      this.#checkKeyIdIsFree(nextId);
      this.#replaced.put(previousId, { deviceId: device, publicKey: previous }, now);
      this.#setKey.run(nextId, next, device);
      return device;
    });
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
      this.#known.checkNotRevoked(original);
      this.#checkKeyIdIsFree(nextId);
      const made = tickets.redeem(ticket, original, next, now);
      const group = this.#groupOf.get(original)?.group_name as string;
      this.#insert.run(made, nextId, next, now, group, null);
      return made;
    });
    this.#count += 1;
    return deviceId;
  }

  /**
   * The device that this key speaks for, undefined for a key that is new here. One that speaks under its newest key has
   * no more use for those before.
   */
  #deviceOf(rawPublicKey: Uint8Array, now: number): string | undefined {
    const row = this.#byPublicKey.get(rawPublicKey);
    if (!row) {
      const former = this.#replaced.byPublicKey(rawPublicKey);
      return this.#known.replacedKey(keyIdOf(rawPublicKey), former, now)?.deviceId;
    }
    const deviceId = row.device_id as string;
    if (row.revoked_at !== null) throw this.#known.revoked(deviceId);
    this.#replaced.sayFarewell(deviceId, now);
    return deviceId;
  }

  #checkKeyIdIsFree(keyId: string): void {
    if (this.#byKeyId.get(keyId) ?? this.#replaced.byKeyId(keyId))
      throw new KeyIdTakenError(`key id ${keyId} belongs to another key`);
  }

  /** False when there is no such device, or it is revoked already. */
  revoke(deviceId: string, now: number): boolean {
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
  recount(): void {
    this.#count = this.#countAll.get()?.n as number;
  }
}
