/**
 * Groups that are too small to be shown: a number of users below the threshold, a name that fewer devices have, would
 * say who somebody is. The threshold lies in a table, so that every derivation and every view heeds the same one.
 */
import type { ClickHouse } from './clickhouse.ts';

/** Users and devices from which on a group is shown, where the collector has not written another. */
const DEFAULT_SMALLEST = 5;

/** SQL of the threshold; no table of {facts} says it before a collector has started. */
export const SMALLEST_SHOWN = `assumeNotNull((SELECT if(count() = 0, ${DEFAULT_SMALLEST}, argMax(smallest_shown, version)) FROM {facts}.small_groups))`;

/** SQL of what stands for a path, and for the name of an application, in the homes of too few devices. */
export const HIDDEN_NAME = `concat('~/(fewer than ', toString(${SMALLEST_SHOWN}), ' devices)')`;

/** SQL that shows a number of people: itself, '0', or '< 5'. Text, so that nobody sums what is not a number. */
export const countShown = (count: string): string =>
  `if(${count} > 0 AND ${count} < ${SMALLEST_SHOWN}, concat('< ', toString(${SMALLEST_SHOWN})), toString(${count}))`;

/** Writes the threshold where it is another than before, and returns whether it was. `now` is in ms since 1970. */
export async function writeSmallestGroup(
  clickhouse: ClickHouse,
  smallest: number,
  now: number,
): Promise<boolean> {
  const [before] = await clickhouse.rows<{ smallest: number }>(`SELECT ${SMALLEST_SHOWN} AS smallest`);
  if (before?.smallest === smallest) return false;
  await clickhouse.command(
    'INSERT INTO {facts}.small_groups (smallest_shown, version) SELECT {smallest:UInt32}, {now:UInt64}',
    { smallest, now },
  );
  return true;
}
