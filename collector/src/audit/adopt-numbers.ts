/**
 * At the start: what the tables know and the control store does not. That happens when the control store came back from
 * an older backup than the tables, as with a ClickHouse server that has backups of its own. A number that meant one
 * thing in the tables must never be given to another.
 */
import type { Logger } from 'pino';
import { readHolders } from '../clickhouse/audit-executables.ts';
import { loadAuditDictionaries } from '../clickhouse/audit-inventories.ts';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { executablesAbove, highestEpochNo } from '../clickhouse/numbers-in-tables.ts';
import type { DirtyTarget } from '../control/contract/dirty-targets.ts';
import type { ControlStore } from '../control/control-store.ts';

export interface AdoptOptions {
  clickhouse: ClickHouse;
  control: Pick<
    ControlStore,
    'epochs' | 'executableCount' | 'adoptExecutables' | 'evidenceLost' | 'markDirty'
  >;
  log: Pick<Logger, 'warn'>;
  /** Milliseconds since 1970. */
  now: () => number;
}

const AT_ONCE = 100_000;
/** Looking for devices that can describe them reads all inventories; the others are asked for when they are named. */
const MOST_ASKED_FOR = 10_000;
/** Agents keep usage so long, and today: what they told while the control store was another. */
const DAYS_DERIVED = 36;
const MILLISECONDS_A_DAY = 86_400_000;

/** Before anything is processed. */
export async function adoptNumbers({ clickhouse, control, log, now }: AdoptOptions): Promise<void> {
  const highest = await highestEpochNo(clickhouse);
  const epochs = control.epochs.skip(highest) ? highest - control.epochs.last() : 0;
  const before = control.executableCount();
  const undescribed: number[] = [];
  for (;;) {
    const found = await executablesAbove(clickhouse, control.executableCount(), AT_ONCE);
    if (found.length === 0) break;
    control.adoptExecutables(found);
    for (const { executableNo, described } of found) if (!described) undescribed.push(executableNo);
  }
  const executables = control.executableCount() - before;
  if (epochs === 0 && executables === 0) return;
  await loadAuditDictionaries(clickhouse);
  const asked = undescribed.slice(0, MOST_ASKED_FOR);
  control.evidenceLost([], await readHolders(clickhouse, asked));
  const today = Math.floor(now() / MILLISECONDS_A_DAY);
  const days = Array.from(
    { length: DAYS_DERIVED },
    (_, ago): DirtyTarget => ({ kind: 'usage-day', day: today - ago }),
  );
  control.markDirty([{ kind: 'inventory' }, ...days], now());
  log.warn(
    { epochs, executables },
    'the tables are ahead of the control store: their numbers were taken up, and recent days are derived again',
  );
}
