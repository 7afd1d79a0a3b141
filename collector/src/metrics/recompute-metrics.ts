/** How far the tables that people look at are behind what is known, and what is held back on purpose. */
import type { Registry } from 'prom-client';
import type { HeldCounts } from '../clickhouse/usage-exclusions.ts';
import type { DirtyTargets } from '../control/contract/dirty-targets.ts';
import { scrapedGauge } from './metrics.ts';

/** `held` gives what the last round found; undefined before the first, and then nothing is said. */
export function watchRecompute(
  registry: Registry,
  control: Pick<DirtyTargets, 'dirtyMarks'>,
  held: () => HeldCounts | undefined,
  now: () => number,
): void {
  const ageSeconds = (since: number): number => Math.max(0, (now() - since) / 1000);
  const known = (): HeldCounts => {
    const counts = held();
    if (!counts) throw new Error('nothing was derived yet');
    return counts;
  };
  scrapedGauge(
    registry,
    'fleetmeter_recompute_lag_seconds',
    'How long the oldest day or inventory waits to be recomputed; 0 when none waits',
    () => Math.max(0, ...control.dirtyMarks().map(({ since }) => ageSeconds(since))),
  );
  scrapedGauge(
    registry,
    'fleetmeter_recompute_held_summaries',
    'Applications and days that keep their last right numbers, since records of many devices are in quarantine',
    () => known().summaries,
  );
  scrapedGauge(
    registry,
    'fleetmeter_recompute_oldest_held_seconds',
    'How long the longest held application and day is stale; 0 when none is',
    () => {
      const { oldestStaleSince } = known();
      return oldestStaleSince === undefined ? 0 : ageSeconds(oldestStaleSince);
    },
  );
  scrapedGauge(
    registry,
    'fleetmeter_recompute_incomplete_summaries',
    'Applications and days that are current without a few devices, of which records are in quarantine',
    () => known().flowing,
  );
}
