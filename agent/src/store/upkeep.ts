/** Daily: lets go of what nobody needs any more, so that the store's size follows what is there and not time. */
import type { AgentStore } from './agent-store.ts';

/** Usage is kept this long beyond its acknowledgement: a collector that lost some can ask for it. */
const USAGE_KEPT_DAYS = 35;
/** About 75 MB: well below the most that the database may hold. */
const MOST_USAGE_ROWS = 250_000;

/** `today` in days since 1970. Returns how many unacknowledged usage rows had to go. */
export function tidyStore(store: AgentStore, today: number): number {
  const lost = store.usage.prune(today, USAGE_KEPT_DAYS, MOST_USAGE_ROWS);
  store.slotOrders.prune(today);
  store.inventory.forgetUnneeded(store.outbox.epoch()?.ackedTouch ?? 0, today - USAGE_KEPT_DAYS);
  return lost;
}
