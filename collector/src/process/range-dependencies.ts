/** What the processing of a range works with. */
import type { CatalogueInForce } from '../catalogue/catalogue-in-force.ts';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import type { ControlStore } from '../control/control-store.ts';
import type { AnnouncedExecutables } from './announced-executables.ts';
import type { EpochHeadCache } from './epoch-head-cache.ts';
import type { KeptDays } from './range-effects.ts';
import type { FoundCopy } from './split-copies.ts';

export interface RangeDependencies {
  clickhouse: ClickHouse;
  control: ControlStore;
  heads: EpochHeadCache;
  announced: AnnouncedExecutables;
  inForce: () => CatalogueInForce;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Days before these are not kept any more: what comes of them is left out and counted. All are kept when not given. */
  oldestKept?: () => KeptDays;
  /** Called for each identity that was found to have two living holders. */
  onSplit?: (split: FoundCopy) => void;
}
