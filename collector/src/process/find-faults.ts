/**
 * Finds what keeps a range out of the tables, and commits nothing: facts are state with a merge, so rows that were
 * written on the way change nothing when they are written again.
 */
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { FACT_TABLES, type FactTable } from '../clickhouse/fact-tables.ts';
import { NativeBlock } from '../clickhouse/native-block.ts';
import { permanentFault } from '../clickhouse/permanent-fault.ts';
import type { StreamRecord } from '../stream/stream.ts';
import { computeRange } from './compute-range.ts';
import { WRITE_ORDER } from './fact-batch.ts';
import type { LeftOut } from './left-out.ts';
import type { RangeDependencies } from './range-dependencies.ts';
import { RangeTrace, type TracedRow } from './range-trace.ts';

export interface FoundFaults {
  /** By offset; empty when nothing can be blamed on a record. */
  faults: ReadonlyMap<number, LeftOut>;
  /** Not everything was looked at, since nothing passed. */
  hopeless: boolean;
}

/** Rows found bad in one go: those of thousands would take minutes of inserts, and the next round goes on. */
const MOST_BAD_ROWS = 200;
/** When no row passed until then, it is not worth the time to look at the rest. */
const ENOUGH_BAD_ROWS = 64;

/** `leftOut` is known already. Rejects with what may succeed later, and with what no record is to blame for. */
export async function findFaults(
  records: readonly StreamRecord[],
  dependencies: RangeDependencies,
  leftOut: ReadonlyMap<number, LeftOut>,
): Promise<FoundFaults> {
  const trace = new RangeTrace();
  const { touched } = await computeRange(records, dependencies, leftOut, trace);
  dependencies.heads.forget(touched);
  // What failed on the way left rows half made: they are not tried.
  const hopeless = trace.faults.size === 0 && (await findRefusedRows(dependencies.clickhouse, trace));
  return { faults: trace.faults, hopeless };
}

const KNOWN = { reason: 'engine-refused', detail: '' } as const;

/** Returns whether nothing passed. */
async function findRefusedRows(clickhouse: ClickHouse, trace: RangeTrace): Promise<boolean> {
  let passed = 0;
  let bad = 0;
  const isEnough = (): boolean => bad >= MOST_BAD_ROWS || (passed === 0 && bad >= ENOUGH_BAD_ROWS);
  /** Returns whether all of them passed. `isBad`: that they do not is known, of more than one. */
  const find = async (table: FactTable, rows: readonly TracedRow[], isBad = false): Promise<boolean> => {
    if (rows.length === 0 || isEnough()) return false;
    const fault = isBad && rows.length > 1 ? KNOWN : await refusal(clickhouse, table, rows);
    if (!fault) {
      passed += rows.length;
      return true;
    }
    if (rows.length === 1) {
      bad++;
      const owner = rows[0]?.owner;
      if (owner) trace.blame(owner, fault.reason, fault.detail);
      return false;
    }
    const middle = Math.floor(rows.length / 2);
    const firstPassed = await find(table, rows.slice(0, middle));
    await find(table, rows.slice(middle), firstPassed);
    return false;
  };
  for (const table of WRITE_ORDER) {
    passed = 0;
    await find(table, trace.rows.get(table) ?? []);
    // Nothing that comes after it is written of a message that may not count: a head would say that all of it is in.
    if (bad > 0) return isEnough() && passed === 0;
  }
  return false;
}

async function refusal(
  clickhouse: ClickHouse,
  table: FactTable,
  rows: readonly TracedRow[],
): Promise<Pick<LeftOut, 'reason' | 'detail'> | undefined> {
  try {
    const block = new NativeBlock(FACT_TABLES[table] as (typeof FACT_TABLES)[FactTable]);
    for (const { row } of rows) block.append(row as never);
    await clickhouse.insert(table, block);
    return undefined;
  } catch (error) {
    const reason = permanentFault(error);
    if (!reason) throw error;
    return { reason, detail: String(error) };
  }
}
