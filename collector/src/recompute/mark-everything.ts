/** Everything that can be derived again is to be: what is shown of small groups follows other rules than before. */
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { partitionsOf } from '../clickhouse/retain-rows.ts';
import type { DirtyTarget, DirtyTargets } from '../control/contract/dirty-targets.ts';

/** Returns how many days wait for it; each keeps what it says until its turn. `now` in milliseconds since 1970. */
export async function markEverything(
  clickhouse: ClickHouse,
  control: Pick<DirtyTargets, 'markDirty'>,
  now: number,
): Promise<number> {
  const days = new Set<number>();
  for (const table of ['{facts}.usage', '{final}.usage_daily'])
    for (const { day } of await partitionsOf(clickhouse, table)) days.add(day);
  const ofDays = [...days].map((day): DirtyTarget => ({ kind: 'usage-day', day }));
  control.markDirty([{ kind: 'inventory' }, ...ofDays], now);
  return days.size;
}
