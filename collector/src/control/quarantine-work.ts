/** Decisions about quarantined records on their way to being carried out, as the collector's job sees them. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Outcome, QuarantineAction } from './contract/quarantine-decision.ts';
import { type ShelvedRecord, shelvedRecord } from './shelved-record.ts';

export interface DecidedRecord extends ShelvedRecord {
  action: QuarantineAction;
  /** JSON of a Transformation; '' for none. */
  transformation: string;
}

/** What became of a record. */
export interface Settled {
  record: Pick<ShelvedRecord, 'number' | 'decision'>;
  outcome: Outcome;
  detail: string;
}

/** Outcomes name devices and days; what was decided, by whom and why is kept for good. */
const OUTCOMES_KEPT_MS = 400 * 86_400_000;
const MAX_DETAIL_CHARACTERS = 1000;

export class QuarantineWork {
  readonly #waiting: StatementSync;
  readonly #settle: StatementSync;
  readonly #note: StatementSync;
  readonly #told: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: DatabaseSync) {
    this.#waiting = database.prepare(
      // Left alone SQLite goes through all open records, and somebody asks every quarter of a second.
      `SELECT quarantine.*, action, transformation
       FROM quarantine INDEXED BY quarantine_decided CROSS JOIN quarantine_decisions USING (decision)
       WHERE quarantine.decision > 0 AND state = 'open' ORDER BY quarantine.decision, number LIMIT ?`,
    );
    this.#settle = database.prepare('UPDATE quarantine SET state = ?, decision = ? WHERE number = ?');
    this.#note = database.prepare(
      `INSERT INTO quarantine_outcomes
         (decision, number, outcome, detail, device_id, kind, reason, sequence, day, executable_no, at)
       SELECT ?1, number, ?3, ?4, device_id, kind, reason, sequence, day, executable_no, ?5
       FROM quarantine WHERE number = ?2`,
    );
    this.#told = database.prepare(
      `SELECT number FROM quarantine WHERE device_id = ?1 AND kind IN ('inventory', 'report') AND state = 'open'
       AND epoch_no IN (0, (SELECT epoch_no FROM epochs WHERE device_id = ?1 AND epoch_id = ?2))`,
    );
    this.#forget = database.prepare('DELETE FROM quarantine_outcomes WHERE at < ?');
  }

  /** Oldest decision first. */
  waiting(limit: number): DecidedRecord[] {
    return this.#waiting.all(limit).map((row) => ({
      ...shelvedRecord(row),
      action: row.action as QuarantineAction,
      transformation: row.transformation as string,
    }));
  }

  /** Runs inside the caller's transaction. What is refused, or only asked for, is open for the next decision. */
  settle(settled: readonly Settled[], now: number): void {
    for (const { record, outcome, detail } of settled) {
      const { number, decision } = record;
      const isOver = outcome === 'replayed' || outcome === 'discarded';
      this.#note.run(decision, number, outcome, detail.slice(0, MAX_DETAIL_CHARACTERS), now);
      this.#settle.run(isOver ? outcome : 'open', isOver ? decision : 0, number);
    }
  }

  /** The device sent its inventory again, whole: what was put aside of it before is made good. Inside a transaction. */
  inventoryCame(deviceId: string, epochId: Uint8Array, now: number): void {
    const rows = this.#told.all(deviceId, epochId);
    if (rows.length === 0) return;
    this.settle(
      rows.map((row) => ({
        record: { number: row.number as number, decision: 0 },
        outcome: 'replayed',
        detail: 'the device has sent its whole inventory since',
      })),
      now,
    );
  }

  forgetOutcomes(now: number): void {
    this.#forget.run(now - OUTCOMES_KEPT_MS);
  }
}
