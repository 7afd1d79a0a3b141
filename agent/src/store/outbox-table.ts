/**
 * The epoch and the report in flight. A report is committed here before its first byte is sent, and leaves only
 * by acknowledgement or permanent refusal; what it said becomes "acknowledged" in the same transaction.
 */
import { digestFromParts, digestSumBytes, type InventoryDigest } from '@fleetmeter/proto';
import type { EpochParent, EpochState } from '../delta/epoch-state.ts';
import type { StateDatabase } from './state-database.ts';
import type { DueDigest } from './usage-digest-table.ts';
import type { DueCoverage, DueUsage } from './usage-table.ts';

type Row = Record<string, unknown>;
/** How many report hashes an epoch remembers, to recognise a head of its own making. */
const HASHES_KEPT = 64;

export interface OutboxReport {
  sequence: number;
  envelope: Uint8Array;
}

/** A report to commit, with the state that its acknowledgement will acknowledge. */
export interface NewOutboxReport extends OutboxReport {
  hash: Uint8Array;
  /** A baseline, or the first part of one. */
  baseline: boolean;
  touch: number;
  digest: InventoryDigest;
  hostHash: string;
  usage: readonly Pick<DueUsage, 'usageNo' | 'changed' | 'slots'>[];
  coverage: readonly DueCoverage[];
  digests: readonly Pick<DueDigest, 'day' | 'run' | 'changed'>[];
}

export class OutboxTable {
  readonly #database: StateDatabase;
  constructor(database: StateDatabase) {
    this.#database = database;
  }

  epoch(): EpochState | undefined {
    const row = this.#database.sql('SELECT * FROM epoch').get();
    return row && epochState(row);
  }

  /** Begins an epoch: nothing is acknowledged in it, nothing of the old one stays in flight. */
  openEpoch(id: Uint8Array, parent: EpochParent | undefined): void {
    this.#database.transaction(() => {
      this.#clearOutbox();
      this.#giveUpParts();
      this.#database.sql('DELETE FROM report_hashes').run();
      // Sequences begin anew: what was acknowledged before is before all of them.
      for (const table of ['usage', 'coverage', 'usage_digests'])
        this.#database.sql(`UPDATE ${table} SET acknowledged_by = 0 WHERE acknowledged_by > 0`).run();
      // Marks are told as what is new of them, presence of people once, and who gets this epoch may not be who got the one before.
      this.#database.sql('UPDATE usage SET acknowledged_slots = zeroblob(36) WHERE acknowledged > 0').run();
      this.#database.sql('UPDATE coverage SET interactive_changed = acknowledged + 1').run();
      this.#database
        .sql(`INSERT OR REPLACE INTO epoch VALUES (1, ?, ?, ?, ?, ?, 0, 0, 1, 0, zeroblob(16), 0, '')`)
        .run(
          id,
          parent?.id ?? null,
          parent?.sequence ?? null,
          parent?.digest.count ?? null,
          parent ? digestSumBytes(parent.digest) : null,
        );
    });
  }

  /** From the beginning: of one on its way nothing more is sent. */
  wantBaseline(): void {
    this.#giveUpParts();
    this.#database.sql('UPDATE epoch SET baseline_wanted = 1').run();
  }

  pending(): OutboxReport | undefined {
    const row = this.#database.sql('SELECT sequence, envelope FROM outbox').get();
    return row && { sequence: row.sequence as number, envelope: row.envelope as Uint8Array };
  }

  put(report: NewOutboxReport): void {
    this.#database.transaction(() => {
      const { sequence, envelope, touch, digest, hostHash } = report;
      this.#database
        .sql('INSERT INTO outbox VALUES (1, ?, ?, ?, ?, ?, ?)')
        .run(sequence, envelope, touch, digest.count, digestSumBytes(digest), hostHash);
      const usage = this.#database.sql('INSERT INTO outbox_usage VALUES (?, ?, ?)');
      for (const row of report.usage) usage.run(row.usageNo, row.changed, row.slots);
      const coverage = this.#database.sql('INSERT INTO outbox_coverage VALUES (?, ?, ?)');
      for (const row of report.coverage) coverage.run(row.day, row.run, row.changed);
      const digests = this.#database.sql('INSERT INTO outbox_digests VALUES (?, ?, ?)');
      for (const row of report.digests) digests.run(row.day, row.run, row.changed);
      this.#database.sql('UPDATE epoch SET sequence = ?').run(sequence);
      if (report.baseline)
        this.#database.sql('UPDATE epoch SET baseline_sequence = ?, baseline_wanted = 0').run(sequence);
      this.#database.sql('INSERT INTO report_hashes VALUES (?, ?)').run(sequence, report.hash);
      this.#database.sql('DELETE FROM report_hashes WHERE sequence <= ?').run(sequence - HASHES_KEPT);
    });
  }

  /** What the report in flight said is what the collector has. */
  acknowledge(): void {
    this.#database.transaction(() => {
      this.#database
        .sql(
          `UPDATE epoch SET (acked_touch, acked_digest_count, acked_digest_sum, acked_host_hash) =
           (SELECT touch, digest_count, digest_sum, host_hash FROM outbox)`,
        )
        .run();
      this.#database
        .sql(
          `UPDATE usage SET acknowledged = o.changed, acknowledged_slots = o.slots,
             acknowledged_by = (SELECT sequence FROM outbox)
           FROM outbox_usage o WHERE o.usage_no = usage.usage_no`,
        )
        .run();
      this.#database
        .sql(
          `UPDATE coverage SET acknowledged = o.changed, acknowledged_by = (SELECT sequence FROM outbox)
           FROM outbox_coverage o WHERE o.day = coverage.day AND o.run = coverage.run`,
        )
        .run();
      this.#database
        .sql(
          `INSERT OR REPLACE INTO usage_digests
           SELECT day, run, changed, (SELECT sequence FROM outbox) FROM outbox_digests`,
        )
        .run();
      this.#clearOutbox();
    });
  }

  /** After a permanent refusal: the collector has nothing of it, and a baseline must follow. */
  drop(): void {
    this.#database.transaction(() => {
      this.#clearOutbox();
      this.wantBaseline();
    });
  }

  hashOf(sequence: number): Uint8Array | undefined {
    const row = this.#database.sql('SELECT hash FROM report_hashes WHERE sequence = ?').get(sequence);
    return row?.hash as Uint8Array | undefined;
  }

  #giveUpParts(): void {
    for (const table of ['baseline', 'baseline_parts']) this.#database.sql(`DELETE FROM ${table}`).run();
  }

  #clearOutbox(): void {
    for (const table of ['outbox', 'outbox_usage', 'outbox_coverage', 'outbox_digests'])
      this.#database.sql(`DELETE FROM ${table}`).run();
  }
}

function epochState(row: Row): EpochState {
  const parentId = row.parent_id as Uint8Array | null;
  return {
    id: row.epoch_id as Uint8Array,
    parent: parentId
      ? {
          id: parentId,
          sequence: row.parent_sequence as number,
          digest: digestFromParts(row.parent_digest_count as number, row.parent_digest_sum as Uint8Array),
        }
      : undefined,
    sequence: row.sequence as number,
    baselineSequence: row.baseline_sequence as number,
    baselineWanted: row.baseline_wanted === 1,
    ackedDigest: digestFromParts(row.acked_digest_count as number, row.acked_digest_sum as Uint8Array),
    ackedTouch: row.acked_touch as number,
    ackedHostHash: row.acked_host_hash as string,
  };
}
