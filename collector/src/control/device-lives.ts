/**
 * What becomes of devices after they joined, as far as it does not follow from their reports: whether their token said
 * that they come and go, who took their place, whether they were erased. Triggers note every change of a device, also
 * those that another process makes, until the engine's tables have it.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

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

export class DeviceLives {
  readonly #changed: StatementSync;
  readonly #told: StatementSync;
  readonly #between: StatementSync;

  constructor(database: DatabaseSync) {
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
    this.#told.run(change);
  }
}
