/**
 * Which digests of closed days the collector has. A digest goes with or after the last row that it sums, so a
 * collector that has less than the digest says has lost something: rows that wait for another report hold it back,
 * and rows that change later (a program identified late) make it due again.
 */
import { type UsageDigest, usageDigest } from '../delta/usage-digest.ts';
import { launchCounts } from './launch-counts.ts';
import type { StateDatabase } from './state-database.ts';

export interface DueDigest extends UsageDigest {
  /** Counter value of the newest change in it. */
  changed: number;
}

type Named = { day: number; run: string };

/** Rows of closed days that changed since the digest of their day and run was acknowledged, longest-waiting first. */
const DUE = `
  SELECT day, run, max(changed) AS newest, sum(due) AS due
  FROM
  (
    SELECT day, run, changed, changed > acknowledged AS due FROM usage WHERE day < ?1
    UNION ALL SELECT day, run, changed, changed > acknowledged FROM coverage WHERE day < ?1
  ) AS closed
  GROUP BY day, run
  HAVING newest > coalesce((SELECT d.changed FROM usage_digests d WHERE d.day = closed.day AND d.run = closed.run), 0)
  ORDER BY newest`;

export class UsageDigestTable {
  readonly #database: StateDatabase;
  constructor(database: StateDatabase) {
    this.#database = database;
  }

  /**
   * Digests that can go with a report of `rows`: of days before `today`, with nothing left to send after it.
   * Must be read in the transaction that commits the report.
   */
  due(today: number, rows: readonly Named[], limit: number): DueDigest[] {
    const inReport = new Map<string, number>();
    for (const row of rows) inReport.set(nameOf(row), (inReport.get(nameOf(row)) ?? 0) + 1);
    const digests: DueDigest[] = [];
    const due = this.#database.sql(DUE).all(today) as unknown as (Named & { newest: number; due: number })[];
    for (const each of due) {
      if (digests.length >= limit) break;
      if (each.due > (inReport.get(nameOf(each)) ?? 0)) continue;
      digests.push({ ...this.#digest(each), changed: each.newest });
    }
    return digests;
  }

  #digest({ day, run }: Named): UsageDigest {
    const rows = this.#database.sql('SELECT * FROM usage WHERE day = ? AND run = ?').all(day, run);
    const covered = this.#database
      .sql('SELECT seconds FROM coverage WHERE day = ? AND run = ?')
      .get(day, run);
    return usageDigest(
      day,
      run,
      rows.map((row) => ({
        seconds: row.seconds as number,
        launches: launchCounts(row),
        slots: row.slots as Uint8Array,
      })),
      covered && { seconds: covered.seconds as number },
    );
  }

  /** Every digest is due again: they go with each baseline, so that one the collector lost comes back. */
  wantAll(): void {
    this.#database.sql('UPDATE usage_digests SET changed = 0 WHERE changed > 0').run();
  }
}

const nameOf = ({ day, run }: Named): string => `${day} ${run}`;
