/**
 * Which use is in doubt: what open records in quarantine concern, and what those of the range in hand will. Facts are in
 * the tables before their range is committed here, so that whoever derives a day in between must know already what is
 * missing in it.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { QuarantinedRecord } from './contract/quarantined-record.ts';
import type { LateSync } from './late-sync.ts';

export interface UsageConcern {
  executableNo: number;
  /** The device that the use belongs to. */
  deviceId: string;
}

const OWNER = 'coalesce(owner_device_id, doubtful.device_id) AS device_id';

export class UsageConcerns {
  readonly #late: Pick<LateSync, 'commit'>;
  readonly #ofDay: StatementSync;
  readonly #daysOf: StatementSync;
  readonly #foresee: StatementSync;
  readonly #arrived: StatementSync;

  constructor(database: DatabaseSync, late: Pick<LateSync, 'commit'>) {
    this.#late = late;
    this.#ofDay = database.prepare(
      `SELECT executable_no, ${OWNER} FROM quarantine AS doubtful LEFT JOIN epochs USING (epoch_no)
       WHERE state = 'open' AND day = ?1 AND executable_no IS NOT NULL
       UNION
       SELECT executable_no, ${OWNER} FROM concerns_ahead AS doubtful LEFT JOIN epochs USING (epoch_no) WHERE day = ?1`,
    );
    this.#daysOf = database.prepare(
      `SELECT DISTINCT day FROM quarantine WHERE device_id = ? AND state = 'open' AND executable_no IS NOT NULL`,
    );
    this.#foresee = database.prepare(
      `INSERT OR IGNORE INTO concerns_ahead ("offset", day, executable_no, epoch_no, device_id)
       VALUES (?, ?, ?, ?, ?)`,
    );
    this.#arrived = database.prepare('DELETE FROM concerns_ahead WHERE "offset" <= ?');
  }

  /** Of a day since 1970, UTC; each device and executable once. */
  ofDay(day: number): UsageConcern[] {
    return this.#ofDay
      .all(day)
      .map((row) => ({ executableNo: row.executable_no as number, deviceId: row.device_id as string }));
  }

  /** Days that open records of the device concern. */
  daysOf(deviceId: string): number[] {
    return this.#daysOf.all(deviceId).map((row) => row.day as number);
  }

  /** These will be put aside when their range is committed. No row of theirs may be written before `synced`. */
  foresee(records: readonly QuarantinedRecord[]): void {
    const concerned = records.filter(({ concern }) => concern !== undefined);
    if (concerned.length === 0) return;
    this.#late.commit(() => {
      for (const { concern, offset, epochNo, deviceId } of concerned)
        if (concern) this.#foresee.run(offset, concern.day, concern.executableNo, epochNo, deviceId);
    });
  }

  /** Everything up to this offset is committed. Runs inside the caller's transaction. */
  arrived(offset: number): void {
    this.#arrived.run(offset);
  }
}
