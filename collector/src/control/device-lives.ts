/**
 * What becomes of devices after they joined, as far as it does not follow from their reports: whether their token said
 * that they come and go, who took their place, whether they were erased. Triggers note every change of a device, also
 * those that another process makes, until the engine's tables have it.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { inTransaction, inUnsyncedTransaction } from './control-database.ts';
import { Erasures } from './erasures.ts';
import { HardwareTwins } from './hardware-twins.ts';

/** A device as the engine's tables are to know it. */
export interface DeviceLife {
  /** Rises with each change of any device. */
  change: number;
  deviceId: string;
  group: string;
  /** The token it joined with says so. */
  ephemeral: boolean;
  revoked: boolean;
  supersededBy: string | undefined;
  /** Milliseconds since 1970. */
  supersededAt: number | undefined;
  erased: boolean;
}

/** What somebody asked for cannot be. The message is for people, one line. */
export class SupersedingError extends Error {
  override name = 'SupersedingError';
}

/** So many times may a computer have been set up anew. */
const LONGEST_CHAIN = 1000;

export class DeviceLives {
  /** Which devices look like one computer. */
  readonly twins: HardwareTwins;
  /** Which are not to be kept. */
  readonly erasures: Erasures;
  readonly #database: DatabaseSync;
  readonly #life: StatementSync;
  readonly #joined: StatementSync;
  readonly #supersede: StatementSync;
  readonly #takeBack: StatementSync;
  readonly #changed: StatementSync;
  readonly #told: StatementSync;
  readonly #between: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.twins = new HardwareTwins(database);
    this.erasures = new Erasures(database);
    this.#life = database.prepare('SELECT superseded_by, erased_at FROM device_lives WHERE device_id = ?');
    this.#joined = database.prepare('SELECT 1 AS joined FROM devices WHERE device_id = ?');
    this.#supersede = database.prepare(
      `INSERT INTO device_lives (device_id, superseded_by, superseded_at) VALUES (?, ?, ?)
       ON CONFLICT (device_id) DO UPDATE SET superseded_by = excluded.superseded_by, superseded_at = excluded.superseded_at`,
    );
    this.#takeBack = database.prepare(
      `UPDATE device_lives SET superseded_by = NULL, superseded_at = NULL
       WHERE device_id = ? AND superseded_by IS NOT NULL RETURNING device_id`,
    );
    this.#changed = database.prepare(
      `SELECT device_changes.change AS change, devices.device_id AS device_id, devices.group_name AS group_name,
         devices.revoked_at AS revoked_at, coalesce(enrolment_tokens.ephemeral, 0) AS ephemeral,
         device_lives.superseded_by AS superseded_by, device_lives.superseded_at AS superseded_at,
         device_lives.erased_at AS erased_at
       FROM device_changes
       JOIN devices ON devices.device_id = device_changes.device_id
       LEFT JOIN enrolment_tokens ON enrolment_tokens.token_id = devices.token_id
       LEFT JOIN device_lives ON device_lives.device_id = devices.device_id
       ORDER BY device_changes.change LIMIT ?`,
    );
    this.#between = database.prepare(
      `SELECT device_id, superseded_by, erased_at FROM device_lives
       WHERE device_id > ? AND device_id <= ? AND (superseded_by IS NOT NULL OR erased_at IS NOT NULL)`,
    );
    this.#told = database.prepare('DELETE FROM device_changes WHERE change <= ?');
  }

  /** What the tables have not been told yet, oldest change first; each device once, as it is now. */
  untold(limit: number): DeviceLife[] {
    return this.#changed.all(limit).map((row) => ({
      change: row.change as number,
      deviceId: row.device_id as string,
      group: row.group_name as string,
      ephemeral: row.ephemeral === 1,
      revoked: row.revoked_at !== null,
      supersededBy: (row.superseded_by as string | null) ?? undefined,
      supersededAt: (row.superseded_at as number | null) ?? undefined,
      erased: row.erased_at !== null,
    }));
  }

  /** `former` is `successor` from now on, until it reports again. Throws SupersedingError. */
  supersede(former: string, successor: string, now: number): void {
    inTransaction(this.#database, () => {
      for (const device of [former, successor]) {
        if (!this.#joined.get(device))
          throw new SupersedingError(`there is no device ${JSON.stringify(device)}`);
        if (this.#life.get(device)?.erased_at) throw new SupersedingError(`device ${device} was erased`);
      }
      let next: string | null | undefined = successor;
      for (let steps = 0; next && steps < LONGEST_CHAIN; steps++) {
        if (next === former)
          throw new SupersedingError(
            `device ${former} is itself what became of ${successor}: it cannot be its former self`,
          );
        next = this.#life.get(next)?.superseded_by as string | null | undefined;
      }
      this.#supersede.run(former, successor, now);
      this.twins.decide(successor, former, 'superseded', now);
    });
  }

  /** A device of its own again, and for ever. False when it was not superseded. */
  takeBack(former: string, why: 'both-alive' | 'undone', now: number): boolean {
    return inTransaction(this.#database, () => {
      const successor = this.#life.get(former)?.superseded_by as string | null | undefined;
      if (!successor || !this.#takeBack.get(former)) return false;
      this.twins.decide(successor, former, why, now);
      return true;
    });
  }

  /** Of the devices with ids above `after` up to `last`, those that are not what they were when they joined. */
  between(after: string, last: string): Map<string, { life: 'superseded' | 'erased' }> {
    return new Map(
      this.#between
        .all(after, last)
        .map((row) => [row.device_id as string, { life: row.erased_at === null ? 'superseded' : 'erased' }]),
    );
  }

  /** The tables have everything up to this change. One that came meanwhile has a later number and stays. */
  told(change: number): void {
    // A power cut may take it back: they are told again.
    inUnsyncedTransaction(this.#database, () => this.#told.run(change));
  }
}
