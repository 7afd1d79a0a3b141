/** Launches by origin, from the columns of a usage row. */
import type { LaunchCounts } from '../usage/usage-values.ts';

export function launchCounts(row: Record<string, unknown>): LaunchCounts {
  return {
    user: row.launches_user as number,
    autostart: row.launches_autostart as number,
    service: row.launches_service as number,
    scheduler: row.launches_scheduler as number,
    unknown: row.launches_unknown as number,
  };
}
