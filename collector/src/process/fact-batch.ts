/** The rows that one range of the stream adds to the fact tables, gathered as Native blocks. */
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { FACT_TABLES, type FactRow, type FactTable } from '../clickhouse/fact-tables.ts';
import { NativeBlock } from '../clickhouse/native-block.ts';
import type { RangeTrace } from './range-trace.ts';

/**
 * Written in this order. Numbers come before what refers to them, a digest of usage after the usage that it
 * sums, what changed before the inventory that has it, and heads come last: a head says that everything of its report is in.
 */
export const WRITE_ORDER: readonly FactTable[] = [
  'epochs',
  'executables',
  'mappings',
  'host_facts',
  'inventory_parts',
  'inventory_changes',
  'device_inventory',
  'usage',
  'coverage',
  'usage_digests',
  'device_heads',
];

export class FactBatch {
  readonly #blocks = new Map<FactTable, NativeBlock<(typeof FACT_TABLES)[FactTable]>>();
  readonly #trace: RangeTrace | undefined;

  constructor(trace?: RangeTrace) {
    this.#trace = trace;
  }

  add<T extends FactTable>(table: T, row: FactRow<T>): void {
    this.#trace?.row(table, row);
    let block = this.#blocks.get(table);
    if (!block) {
      block = new NativeBlock(FACT_TABLES[table] as (typeof FACT_TABLES)[FactTable]);
      this.#blocks.set(table, block);
    }
    block.append(row as never);
  }

  /** What was added to this table, if anything. */
  block<T extends FactTable>(table: T): NativeBlock<(typeof FACT_TABLES)[T]> | undefined {
    return this.#blocks.get(table) as NativeBlock<(typeof FACT_TABLES)[T]> | undefined;
  }

  /** Resolves once every row is on stable storage; rejects at the first table that fails. Safe to repeat. */
  async write(clickhouse: ClickHouse): Promise<number> {
    let rows = 0;
    for (const table of WRITE_ORDER) {
      const block = this.#blocks.get(table);
      if (!block) continue;
      await clickhouse.insert(table, block);
      rows += block.rows;
    }
    return rows;
  }
}
