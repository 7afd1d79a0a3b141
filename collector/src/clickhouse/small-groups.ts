/**
 * Groups that are too small to be shown: a number of users below the threshold, a name that fewer devices have, would
 * say who somebody is. The threshold lies in a table, so that every derivation and every view heeds the same one.
 */
import type { ClickHouse } from './clickhouse.ts';

/** Users and devices from which on a group is shown, where the collector has not written another. */
const DEFAULT_SMALLEST = 5;

/** SQL of the threshold; no table of {facts} says it before a collector has started. */
export const SMALLEST_SHOWN = `assumeNotNull((SELECT if(count() = 0, ${DEFAULT_SMALLEST}, argMax(smallest_shown, version)) FROM {facts}.small_groups))`;

/** 16 hex digits of the application that stands for all that is only known by files in the homes of too few devices. */
export const HIDDEN_APPLICATION = '93c63535119adece';
/** SQL of the same as a number. */
export const HIDDEN_APPLICATION_NO = `0x${HIDDEN_APPLICATION}`;

/** Raised when other rules hide, or derive, what there is: everything is derived again by those. */
const RULES = 1;

/** SQL of what stands for a path, and for the name of an application, in the homes of too few devices. */
export const HIDDEN_NAME = `concat('~/(fewer than ', toString(${SMALLEST_SHOWN}), ' devices)')`;

/** SQL that shows a number of people: itself, '0', or '< 5'. Text, so that nobody sums what is not a number. */
export const countShown = (count: string): string =>
  `if(${count} > 0 AND ${count} < ${SMALLEST_SHOWN}, concat('< ', toString(${SMALLEST_SHOWN})), toString(${count}))`;

export interface SmallGroups {
  /** Users and devices from which on a group is shown. */
  smallest: number;
  /** 16 bytes by which ids are made that nobody else can make. */
  key: Uint8Array;
}

/** Whether what there is was derived with another threshold, or by other rules. Then mark it before writeSmallGroups. */
export async function areSmallGroupsOther(clickhouse: ClickHouse, groups: SmallGroups): Promise<boolean> {
  const [before] = await clickhouse.rows<{ smallest: number; rules: number; low: string; high: string }>(
    `SELECT ${SMALLEST_SHOWN} AS smallest, argMax(small_groups.rules, small_groups.version) AS rules,
       toString(argMax(key_low, small_groups.version)) AS low, toString(argMax(key_high, small_groups.version)) AS high
     FROM {facts}.small_groups`,
  );
  const [low, high] = halvesOf(groups.key);
  const isSame =
    before?.smallest === groups.smallest &&
    before.rules === RULES &&
    before.low === low &&
    before.high === high;
  return !isSame;
}

/** Counts from now on, whatever the clock says: the newest row is the one with the highest version. */
export async function writeSmallGroups(
  clickhouse: ClickHouse,
  { smallest, key }: SmallGroups,
): Promise<void> {
  const [low, high] = halvesOf(key);
  await clickhouse.command(
    `INSERT INTO {facts}.small_groups (smallest_shown, version, rules, key_low, key_high)
     SELECT {smallest:UInt32}, (SELECT max(version) FROM {facts}.small_groups) + 1, {rules:UInt32}, {low:UInt64}, {high:UInt64}`,
    { smallest, rules: RULES, low, high },
  );
}

function halvesOf(key: Uint8Array): [low: string, high: string] {
  const bytes = Buffer.from(key);
  return [`${bytes.readBigUInt64LE(0)}`, `${bytes.readBigUInt64LE(8)}`];
}
