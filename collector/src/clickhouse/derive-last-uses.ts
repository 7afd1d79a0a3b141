/** Derives the newest use of each application from the days, whole, and swaps it in. */
import type { ClickHouse } from './clickhouse.ts';
import { shownName } from './names-and-users.ts';
import { swapPartition } from './swap-partition.ts';

/** SELECT of the rows of application_last_uses; max of no rows is 1970. */
export const LAST_USES = `
  SELECT application_id, ${shownName('application_id', 'argMax(application, day)')} AS application, argMax(publisher, day) AS publisher, max(day) AS last_used,
    argMax(catalogue_version, day) AS catalogue_version, argMax(computed_at, day) AS computed_at
  FROM {final}.application_usage_daily
  WHERE devices_used > 0 AND day >= (SELECT max(kept_since.day) FROM {facts}.kept_since FINAL WHERE kind = 'last-used')
  GROUP BY application_id`;

/** After every day that was derived: a use that was corrected away must not stay the newest. */
export async function deriveLastUses(clickhouse: ClickHouse): Promise<void> {
  await swapPartition(clickhouse, {
    table: '{facts}.application_last_uses',
    staging: '{facts}.application_last_uses_staging',
    partition: 'tuple()',
    select: LAST_USES,
    parameters: {},
  });
}
