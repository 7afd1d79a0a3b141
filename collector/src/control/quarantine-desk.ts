/**
 * Looking at quarantine and deciding about it, for the command line, the admin API and the running collector alike. A
 * decision is written down here with who made it and why; the collector's job carries it out. Decisions and their
 * outcomes are only ever added to.
 */
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome, QuarantineAction } from './contract/quarantine-decision.ts';
import type { QuarantineKind, QuarantineReason } from './contract/quarantine-reasons.ts';
import { openExistingControlDatabase } from './enrolment-desk.ts';
import { filterSql, filterText, type QuarantineFilter } from './quarantine-filter.ts';
import { QuarantineTrials } from './quarantine-trials.ts';
import { type QuarantineState, type ShelvedRecord, shelvedRecord } from './shelved-record.ts';

/** Records that are bad in the same way. */
export interface QuarantineGroup {
  reason: QuarantineReason;
  kind: QuarantineKind;
  /** '' where it is not known. */
  agentVersion: string;
  records: number;
  devices: number;
  /** Of the records, those that a decision is being carried out for. */
  decided: number;
  /** When the first and the last was received, milliseconds since 1970. */
  first: number;
  last: number;
}

export interface DecisionRequest {
  action: QuarantineAction;
  filter: QuarantineFilter;
  /** JSON of a Transformation; '' for none. */
  transformation?: string | undefined;
  reason: string;
  /** Who decides. */
  by: string;
  /** Milliseconds since 1970. */
  now: number;
}

export interface Decision {
  decision: number;
  action: QuarantineAction;
  /** For people. */
  selection: string;
  transformation: string;
  reason: string;
  decidedBy: string;
  decidedAt: number;
  records: number;
  /** Still to be carried out. */
  waiting: number;
  outcomes: Partial<Record<Outcome, number>>;
}

export interface RecordOutcome {
  decision: number;
  number: number;
  outcome: Outcome;
  detail: string;
  at: number;
}

/** In one transaction: some 20 ms, and a moment for others after each. */
const DECIDED_AT_ONCE = 1_000;
const YIELD_MS = 5;

const WITHOUT_BYTES = `number, reason, detail, kind, device_id, epoch_no, "offset", sequence, agent_version, x'' AS bytes,
  size, run, user, day, executable_no, state, decision, at`;

const GROUPS = `SELECT reason, kind, agent_version, count(*) AS records, count(DISTINCT device_id) AS devices,
  sum(decision > 0 AND state = 'open') AS decided, min(at) AS first, max(at) AS last FROM quarantine`;

export class QuarantineDesk {
  /** What a decision would do. */
  readonly trials: QuarantineTrials;
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.trials = new QuarantineTrials(database);
  }

  /** Largest first. */
  groups(filter: QuarantineFilter, state: QuarantineState = 'open'): QuarantineGroup[] {
    const { where, values } = filterSql(filter);
    return this.#database
      .prepare(
        `${GROUPS} WHERE state = ? AND ${where} GROUP BY reason, kind, agent_version
         ORDER BY records DESC, reason, kind, agent_version`,
      )
      .all(state, ...values)
      .map((row) => ({
        reason: row.reason as QuarantineReason,
        kind: row.kind as QuarantineKind,
        agentVersion: row.agent_version as string,
        records: row.records as number,
        devices: row.devices as number,
        decided: row.decided as number,
        first: row.first as number,
        last: row.last as number,
      }));
  }

  /** As `records`, without their bytes: a page of them may have a gigabyte. */
  list(
    filter: QuarantineFilter,
    page: { limit: number; after?: number; state?: QuarantineState },
  ): ShelvedRecord[] {
    return this.#page(WITHOUT_BYTES, filter, page);
  }

  /** By number, beginning after `after`. */
  records(
    filter: QuarantineFilter,
    page: { limit: number; after?: number; state?: QuarantineState },
  ): ShelvedRecord[] {
    return this.#page('*', filter, page);
  }

  #page(
    columns: string,
    filter: QuarantineFilter,
    { limit, after = 0, state = 'open' }: { limit: number; after?: number; state?: QuarantineState },
  ): ShelvedRecord[] {
    const { where, values } = filterSql(filter);
    return this.#database
      .prepare(
        `SELECT ${columns} FROM quarantine WHERE state = ? AND number > ? AND ${where} ORDER BY number LIMIT ?`,
      )
      .all(state, after, ...values, limit)
      .map(shelvedRecord);
  }

  get(number: number): ShelvedRecord | undefined {
    const row = this.#database.prepare('SELECT * FROM quarantine WHERE number = ?').get(number);
    return row && shelvedRecord(row);
  }

  /** What became of the record, oldest first; also when it is no longer kept. */
  outcomesOf(number: number): RecordOutcome[] {
    return this.#database
      .prepare('SELECT * FROM quarantine_outcomes WHERE number = ? ORDER BY rowid')
      .all(number)
      .map((row) => ({
        decision: row.decision as number,
        number,
        outcome: row.outcome as Outcome,
        detail: row.detail as string,
        at: row.at as number,
      }));
  }

  /**
   * The open records that fit are decided about from here on, and nobody can decide about them a second time before
   * that is carried out. Undefined, and nothing is written, when none fits. Some at a time: writers wait for each other.
   */
  async decide(request: DecisionRequest): Promise<Decision | undefined> {
    const { where, values } = filterSql(request.filter);
    const open = `state = 'open' AND decision = 0 AND ${where}`;
    const fitting = this.#database
      .prepare(`SELECT count(*) AS records, max(number) AS newest FROM quarantine WHERE ${open}`)
      .get(...values) as { records: number; newest: number };
    if (fitting.records === 0) return undefined;
    const { action, filter, transformation = '', reason, by, now } = request;
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO quarantine_decisions
           (action, selection, transformation, reason, decided_by, decided_at, records) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(action, filterText(filter), transformation, reason, by, now, fitting.records);
    const page = this.#database.prepare(
      `SELECT max(number) AS last, count(*) AS records FROM
         (SELECT number FROM quarantine WHERE ${open} AND number > ? AND number <= ? ORDER BY number LIMIT ${DECIDED_AT_ONCE})`,
    );
    const some = this.#database.prepare(
      `UPDATE quarantine SET decision = ? WHERE ${open} AND number > ? AND number <= ?`,
    );
    for (let after = 0; ; await sleep(YIELD_MS)) {
      const { last, records } = page.get(...values, after, fitting.newest) as {
        last: number;
        records: number;
      };
      if (records > 0) some.run(lastInsertRowid, ...values, after, last);
      if (records < DECIDED_AT_ONCE) return this.decision(Number(lastInsertRowid));
      after = last;
    }
  }

  decision(number: number): Decision | undefined {
    const row = this.#database.prepare('SELECT * FROM quarantine_decisions WHERE decision = ?').get(number);
    return row && this.#withProgress(row);
  }

  /** Newest first. */
  decisions(limit: number): Decision[] {
    return this.#database
      .prepare('SELECT * FROM quarantine_decisions ORDER BY decision DESC LIMIT ?')
      .all(limit)
      .map((row) => this.#withProgress(row));
  }

  #withProgress(row: Record<string, unknown>): Decision {
    const decision = row.decision as number;
    const waiting = this.#database
      .prepare(`SELECT count(*) AS n FROM quarantine INDEXED BY quarantine_decided
         WHERE decision = ? AND decision > 0 AND state = 'open'`)
      .get(decision)?.n as number;
    const outcomes = this.#database
      .prepare('SELECT outcome, count(*) AS n FROM quarantine_outcomes WHERE decision = ? GROUP BY outcome')
      .all(decision);
    return {
      decision,
      action: row.action as QuarantineAction,
      selection: row.selection as string,
      transformation: row.transformation as string,
      reason: row.reason as string,
      decidedBy: row.decided_by as string,
      decidedAt: row.decided_at as number,
      records: row.records as number,
      waiting,
      outcomes: Object.fromEntries(outcomes.map(({ outcome, n }) => [outcome as Outcome, n as number])),
    };
  }
}

/** Beside a collector that may be running on it. Throws NoControlStoreError. */
export function openQuarantineDesk(collectorDir: string): QuarantineDesk & Disposable {
  const database = openExistingControlDatabase(collectorDir);
  return Object.assign(new QuarantineDesk(database), { [Symbol.dispose]: () => database.close() });
}
