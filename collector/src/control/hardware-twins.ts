/**
 * Devices that are the same computer by their hardware, and what was decided about each two. Signs are kept as hashes:
 * an index over them is all that is needed to find the others that have one.
 */
import { hash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { compareHardware, type HardwareIdentity, signsOf } from '../reconcile/hardware-identity.ts';
import { inTransaction } from './control-database.ts';

/**
 * `waiting`: the older may still report. `both-alive`: it did, so these are two computers (a copied machine, or firmware
 * that lies). `undone`: an administrator said that they are. The last two are for ever.
 */
export type TwinVerdict = 'waiting' | 'superseded' | 'both-alive' | 'undone';

export interface Twins {
  newcomer: string;
  former: string;
  verdict: TwinVerdict;
  /** Milliseconds since 1970 of the verdict. */
  at: number;
}

/** Waiting twins, with when the newcomer joined. */
export interface WaitingTwins extends Twins {
  joinedAt: number;
}

/** More present devices with one sign than this, and it says nothing: a series, or an image that was copied. */
export const SHARED_BY_TOO_MANY = 4;
/** As many as a number holds exactly. Two signs of one hash cost a look at a device that turns out to be another. */
const HASH_BYTES = 6;

export class HardwareTwins {
  readonly #database: DatabaseSync;
  readonly #identity: StatementSync;
  readonly #keep: StatementSync;
  readonly #addSign: StatementSync;
  readonly #dropSign: StatementSync;
  readonly #havers: StatementSync;
  readonly #joinedAt: StatementSync;
  readonly #meet: StatementSync;
  readonly #decide: StatementSync;
  readonly #waiting: StatementSync;
  readonly #page: StatementSync;
  readonly #forget: StatementSync;
  readonly #forgetDevice: readonly StatementSync[];

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#identity = database.prepare('SELECT identity FROM device_hardware WHERE device_id = ?');
    this.#keep = database.prepare(
      'INSERT OR REPLACE INTO device_hardware (device_id, identity) VALUES (?, ?)',
    );
    this.#addSign = database.prepare('INSERT OR IGNORE INTO hardware_signs (sign, device_id) VALUES (?, ?)');
    this.#dropSign = database.prepare('DELETE FROM hardware_signs WHERE sign = ? AND device_id = ?');
    this.#havers = database.prepare('SELECT device_id FROM hardware_signs WHERE sign = ? LIMIT ?');
    this.#joinedAt = database.prepare('SELECT enrolled_at FROM devices WHERE device_id = ?');
    this.#meet = database.prepare(
      "INSERT OR IGNORE INTO hardware_twins (newcomer, former, verdict, at) VALUES (?, ?, 'waiting', ?)",
    );
    this.#decide = database.prepare(
      'INSERT OR REPLACE INTO hardware_twins (newcomer, former, verdict, at) VALUES (?, ?, ?, ?)',
    );
    // Of a newcomer that is out itself nothing follows.
    this.#waiting = database.prepare(
      `SELECT newcomer, former, verdict, at, devices.enrolled_at AS joined_at FROM hardware_twins
       JOIN devices ON devices.device_id = newcomer AND devices.revoked_at IS NULL
       WHERE verdict = 'waiting' AND devices.enrolled_at <= ? ORDER BY at LIMIT ?`,
    );
    this.#page = database.prepare(
      `SELECT newcomer, former, verdict, at FROM hardware_twins
       WHERE (newcomer, former) > (?, ?) ORDER BY newcomer, former LIMIT ?`,
    );
    this.#forgetDevice = [
      'DELETE FROM device_hardware WHERE device_id = ?',
      'DELETE FROM hardware_twins WHERE newcomer = ?',
      'DELETE FROM hardware_twins WHERE former = ?',
    ].map((sql) => database.prepare(sql));
    this.#forget = database.prepare('DELETE FROM hardware_twins WHERE newcomer = ? AND former = ?');
  }

  /** What a device says of its hardware now. Saying the same again costs one read. */
  note(deviceId: string, identity: HardwareIdentity, now: number): void {
    const text = JSON.stringify(identity);
    const before = this.#identity.get(deviceId)?.identity as string | undefined;
    if (before === text || (before === undefined && signsOf(identity).length === 0)) return;
    inTransaction(this.#database, () => {
      if (before !== undefined) this.#dropSigns(deviceId, JSON.parse(before) as HardwareIdentity);
      this.#keep.run(deviceId, text);
      this.#meetOthers(deviceId, identity, now);
      this.#addSigns(deviceId, identity);
    });
  }

  /** Those whose newcomer joined before, oldest first. */
  waiting(joinedBefore: number, limit: number): WaitingTwins[] {
    return this.#waiting
      .all(joinedBefore, limit)
      .map((row) => ({ ...twinsOf(row), joinedAt: row.joined_at as number }));
  }

  /** Whether the two still look like one computer: a sign may have turned out to be everybody's. */
  stillSame({ newcomer, former }: Pick<Twins, 'newcomer' | 'former'>): boolean {
    const [a, b] = [this.#known(newcomer), this.#known(former)];
    return (
      a !== undefined && b !== undefined && compareHardware(a, b, (sign) => this.#isShared(sign)) === 'same'
    );
  }

  /** A former self is not counted among those that have its signs. */
  decide(newcomer: string, former: string, verdict: Exclude<TwinVerdict, 'waiting'>, now: number): void {
    inTransaction(this.#database, () => {
      this.#decide.run(newcomer, former, verdict, now);
      const identity = this.#known(former);
      if (!identity) return;
      if (verdict === 'superseded') this.#dropSigns(former, identity);
      else this.#addSigns(former, identity);
    });
  }

  /** They were never the same. */
  forget({ newcomer, former }: Pick<Twins, 'newcomer' | 'former'>): void {
    this.#forget.run(newcomer, former);
  }

  /** Runs inside the caller's transaction. */
  forgetDevice(deviceId: string): void {
    const identity = this.#known(deviceId);
    if (identity) this.#dropSigns(deviceId, identity);
    for (const statement of this.#forgetDevice) statement.run(deviceId);
  }

  /** In the order of their ids, those behind `after`. */
  list(after: Pick<Twins, 'newcomer' | 'former'>, limit: number): Twins[] {
    return this.#page.all(after.newcomer, after.former, limit).map(twinsOf);
  }

  #meetOthers(deviceId: string, identity: HardwareIdentity, now: number): void {
    const others = new Set<string>();
    for (const sign of indexedSignsOf(identity)) {
      const havers = this.#haversOf(sign);
      if (havers.length <= SHARED_BY_TOO_MANY) for (const other of havers) others.add(other);
    }
    others.delete(deviceId);
    // Almost always: nothing is new but the device.
    if (others.size === 0) return;
    const joinedAt = this.#joinedAt.get(deviceId)?.enrolled_at as number | undefined;
    if (joinedAt === undefined) return;
    const shared = (sign: string): boolean => this.#isShared(sign);
    for (const other of others) {
      const theirs = this.#known(other);
      if (!theirs || compareHardware(identity, theirs, shared) !== 'same') continue;
      const otherJoinedAt = this.#joinedAt.get(other)?.enrolled_at as number | undefined;
      if (otherJoinedAt === undefined) continue;
      if (otherJoinedAt <= joinedAt) this.#meet.run(deviceId, other, now);
      else this.#meet.run(other, deviceId, now);
    }
  }

  #known(deviceId: string): HardwareIdentity | undefined {
    const text = this.#identity.get(deviceId)?.identity as string | undefined;
    return text === undefined ? undefined : (JSON.parse(text) as HardwareIdentity);
  }

  #isShared(sign: string): boolean {
    return this.#haversOf(sign).length > SHARED_BY_TOO_MANY;
  }

  #haversOf(sign: string): string[] {
    return this.#havers.all(hashOf(sign), SHARED_BY_TOO_MANY + 1).map((row) => row.device_id as string);
  }

  #addSigns(deviceId: string, identity: HardwareIdentity): void {
    for (const sign of indexedSignsOf(identity)) this.#addSign.run(hashOf(sign), deviceId);
  }

  #dropSigns(deviceId: string, identity: HardwareIdentity): void {
    for (const sign of indexedSignsOf(identity)) this.#dropSign.run(hashOf(sign), deviceId);
  }
}

/** Two of three signs have to agree, so one that is no network card does: only those are looked up. */
function indexedSignsOf({ uuid, serial }: HardwareIdentity): string[] {
  return signsOf({ uuid, serial, macs: [] });
}

function hashOf(sign: string): number {
  return hash('sha256', sign, 'buffer').readUIntBE(0, HASH_BYTES);
}

function twinsOf(row: Record<string, unknown>): Twins {
  return {
    newcomer: row.newcomer as string,
    former: row.former as string,
    verdict: row.verdict as TwinVerdict,
    at: row.at as number,
  };
}
