/** Writes rows that an audit found lost, and has what follows from them derived again. */
import type { FACT_TABLES } from '../clickhouse/fact-tables.ts';
import type { NativeBlock } from '../clickhouse/native-block.ts';
import type { DirtyTarget } from '../control/contract/dirty-targets.ts';
import type { SweepParts } from './sweep-parts.ts';

/** `days` (since 1970, UTC): those with use that belongs to the rows. Rejects when the engine does. */
export async function writeLostRows<T extends 'epochs' | 'mappings'>(
  { clickhouse, control, now }: Pick<SweepParts, 'clickhouse' | 'control' | 'now'>,
  table: T,
  block: NativeBlock<(typeof FACT_TABLES)[T]>,
  days: readonly number[],
): Promise<void> {
  const targets: DirtyTarget[] = [
    { kind: 'inventory' },
    ...days.map((day): DirtyTarget => ({ kind: 'usage-day', day })),
  ];
  // Before, since no audit finds them lost once they are in; and after, for whoever derived in between.
  control.markDirty(targets, now());
  await clickhouse.insert(table, block);
  control.markDirty(targets, now());
}
