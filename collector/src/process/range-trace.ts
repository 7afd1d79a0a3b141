/**
 * Which record of a range, and which part of it, is to blame: while a range is traced, faults of ours are noted and do
 * not end it, and every row remembers what it was made from. A range is traced only after it failed.
 */
import type { FactTable } from '../clickhouse/fact-tables.ts';
import { permanentFault } from '../clickhouse/permanent-fault.ts';
import type { QuarantineReason } from '../control/contract/quarantine-reasons.ts';
import { type LeftOut, type PartKind, partName } from './left-out.ts';

export interface RowOwner {
  /** Of the record in the stream. */
  offset: number;
  part: string | undefined;
}

export interface TracedRow {
  row: unknown;
  /** Absent for what no single record brings about. */
  owner: RowOwner | undefined;
}

export class RangeTrace {
  /** By offset. */
  readonly faults = new Map<number, LeftOut>();
  readonly rows = new Map<FactTable, TracedRow[]>();
  #owner: RowOwner | undefined;

  /** Does the work for the record; undefined when it failed for good. */
  record<T>(offset: number, work: () => T): T | undefined {
    return this.#owned({ offset, part: undefined }, work);
  }

  /** The same for a part of the record in hand. */
  part<T>(kind: PartKind, index: number, work: () => T): T | undefined {
    const before = this.#owner;
    const done = this.#owned({ offset: before?.offset ?? 0, part: partName(kind, index) }, work);
    this.#owner = before;
    return done;
  }

  row(table: FactTable, row: unknown): void {
    const rows = this.rows.get(table) ?? [];
    rows.push({ row, owner: this.#owner });
    this.rows.set(table, rows);
  }

  blame({ offset, part }: RowOwner, reason: QuarantineReason, detail: string): void {
    const known = this.faults.get(offset);
    const isWhole = part === undefined || known?.parts.size === 0;
    const parts = new Set(isWhole ? [] : [...(known?.parts ?? []), part]);
    this.faults.set(offset, { reason, detail: known?.detail ?? detail, parts });
  }

  #owned<T>(owner: RowOwner, work: () => T): T | undefined {
    this.#owner = owner;
    try {
      return work();
    } catch (error) {
      const fault = permanentFault(error);
      if (!fault) throw error;
      this.blame(owner, fault, String(error));
      return undefined;
    }
  }
}
