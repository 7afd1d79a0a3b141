/** Gives up what is older than it is kept. Each function may be repeated, and stopped anywhere. */
import type { ClickHouse } from './clickhouse.ts';
import { swapPartition } from './swap-partition.ts';

/** Oldest days that are kept (since 1970, UTC), by what is kept. */
export type KeptSince = Record<KeptKind, number>;
export type KeptKind = 'user-usage' | 'device-usage' | 'application-usage' | 'last-used';

/** Tables with a partition for each day. */
const DAY_TABLES: Record<Exclude<KeptKind, 'last-used'>, readonly string[]> = {
  // What the audit compares goes with what it is compared to.
  'user-usage': ['{facts}.usage', '{facts}.usage_digests'],
  'device-usage': [
    '{final}.usage_daily',
    '{facts}.coverage',
    '{final}.device_coverage',
    '{facts}.application_arrivals',
    '{final}.usage_exclusions',
  ],
  'application-usage': ['{final}.application_usage_daily', '{final}.application_concurrency_daily'],
};

export interface AgedPartition {
  kind: KeptKind;
  /** With its database placeholder. */
  table: string;
  day: number;
  rows: number;
  bytes: number;
}

const MILLISECONDS_A_DAY = 86_400_000;
const dateOf = (day: number): string => new Date(day * MILLISECONDS_A_DAY).toISOString().slice(0, 10);

/** Partitions of days before those that are kept, oldest first. */
export async function agedPartitions(clickhouse: ClickHouse, kept: KeptSince): Promise<AgedPartition[]> {
  const found: AgedPartition[] = [];
  for (const [kind, tables] of Object.entries(DAY_TABLES) as [keyof typeof DAY_TABLES, readonly string[]][])
    for (const table of tables)
      for (const { day, rows, bytes } of await partitionsOf(clickhouse, table))
        if (day < kept[kind]) found.push({ kind, table, day, rows, bytes });
  return found.sort((a, b) => a.day - b.day);
}

/** Of each day of a table, from the list of parts alone. Rows that merge count as often as they lie there. */
export async function partitionsOf(
  clickhouse: ClickHouse,
  table: string,
): Promise<{ day: number; rows: number; bytes: number }[]> {
  const rows = await clickhouse.rows<{ day: number; stored: string; bytes: string }>(
    `SELECT toUInt32(toDate(partition)) AS day, sum(rows) AS stored, sum(bytes_on_disk) AS bytes
     FROM system.parts WHERE active AND concat(database, '.', table) = '${table}' GROUP BY day ORDER BY day`,
  );
  return rows.map((row) => ({ day: row.day, rows: Number(row.stored), bytes: Number(row.bytes) }));
}

export async function dropPartition(
  clickhouse: ClickHouse,
  { table, day }: Pick<AgedPartition, 'table' | 'day'>,
) {
  await clickhouse.command(`ALTER TABLE ${table} DROP PARTITION '${dateOf(day)}'`);
}

/**
 * Before anything of it goes: from then on nothing is derived that would lack it. It never goes back: what is to be kept
 * longer from now on is not there again by that.
 */
export async function noteKeptSince(clickhouse: ClickHouse, kept: KeptSince, now: number): Promise<void> {
  const rows = await clickhouse.rows<{ kind: KeptKind; day: number }>(
    'SELECT kind, toUInt32(day) AS day FROM {facts}.kept_since FINAL',
  );
  const noted = new Map(rows.map(({ kind, day }) => [kind, day]));
  const news = (Object.entries(kept) as [KeptKind, number][]).filter(
    ([kind, day]) => day > (noted.get(kind) ?? 0),
  );
  if (news.length === 0) return;
  const values = news.map(([kind, day]) => `('${kind}', '${dateOf(day)}', ${now})`);
  await clickhouse.command(`INSERT INTO {facts}.kept_since VALUES ${values.join(', ')}`);
}

/** Newest reports, and how many of them were composed since `since` (milliseconds since 1970) by their devices' own clocks. */
export async function countComposedSince(
  clickhouse: ClickHouse,
  since: number,
): Promise<{ all: number; recent: number }> {
  const [row] = await clickhouse.rows<{ heads: string; recent: string }>(
    `SELECT count() AS heads, countIf(composed_at >= toDateTime(intDiv({since:Int64}, 1000), 'UTC')) AS recent FROM {facts}.device_heads FINAL`,
    { since },
  );
  return { all: Number(row?.heads ?? 0), recent: Number(row?.recent ?? 0) };
}

export type DayLife =
  /** Derived from facts. */
  | 'open'
  /** What was derived stays; devices of which nothing was known are added. */
  | 'final'
  /** Not all of what it was made of is there any more: nothing is derived. */
  | 'past';

/** `day` counts from 1970. */
export async function dayLife(clickhouse: ClickHouse, day: number): Promise<DayLife> {
  const [row] = await clickhouse.rows<{ past: number; final: number }>(
    `SELECT (SELECT count() > 0 FROM {facts}.kept_since FINAL WHERE kind = 'device-usage' AND day > toDate({day:UInt16})) AS past,
       (SELECT count() > 0 FROM {facts}.final_days WHERE day = toDate({day:UInt16}))
         OR (SELECT count() > 0 FROM {facts}.kept_since FINAL WHERE kind = 'user-usage' AND day > toDate({day:UInt16})) AS final`,
    { day },
  );
  if (row?.past) return 'past';
  return row?.final ? 'final' : 'open';
}

/** Days with use before `before` whose totals are not final yet, and wait for nothing in quarantine; oldest first. */
export async function daysToFinish(clickhouse: ClickHouse, before: number): Promise<number[]> {
  const rows = await clickhouse.rows<{ day: number }>(
    `SELECT toUInt32(day) AS day FROM {facts}.final_days UNION DISTINCT SELECT toUInt32(day) FROM {final}.usage_exclusions`,
  );
  const left = new Set(rows.map(({ day }) => day));
  return (await partitionsOf(clickhouse, '{facts}.usage')).flatMap(({ day }) =>
    day < before && !left.has(day) ? [day] : [],
  );
}

/** From here on nothing of it is derived from facts, but for devices of which nothing is known. */
export async function makeFinal(clickhouse: ClickHouse, day: number, now: number): Promise<void> {
  await clickhouse.command(
    `INSERT INTO {facts}.final_days VALUES ('${dateOf(day)}', ${now}, fromUnixTimestamp64Milli(${now}), 0)`,
  );
}

/** Final days of which facts came since their marks were cleared, or some marks of which wait; whoever waits longest first. */
export async function daysToClear(clickhouse: ClickHouse): Promise<number[]> {
  const rows = await clickhouse.rows<{ day: number }>(
    `SELECT toUInt32(finals.day) AS day
     FROM (SELECT day, version, cleared_at FROM {facts}.final_days FINAL) AS finals
     INNER JOIN
     (
       SELECT toDate(partition) AS day, max(modification_time) AS changed_at FROM system.parts
       WHERE active AND concat(database, '.', table) = '{facts}.usage' GROUP BY day
     ) AS parts ON parts.day = finals.day
     WHERE parts.changed_at >= finals.cleared_at ORDER BY finals.version, day`,
  );
  return rows.map(({ day }) => day);
}

const MARKED = ['slots_0', 'slots_1', 'slots_2', 'slots_3', 'slots_4'];
const HAS_MARKS = `(${MARKED.map((slots) => `${slots} != 0`).join(' OR ')})`;

/** Of devices that the totals of the day know; the marks of others are still to be derived from. */
const ofDevicesIn = (totals: string): string => `epoch_no IN
  (
    SELECT epoch_no FROM {facts}.epochs FINAL WHERE device_id64 IN
    (SELECT reinterpretAsUInt64(reverse(unhex(toString(device_id)))) FROM {final}.usage_daily WHERE ${totals})
  )`;

/** Rows of use. */
export interface ClearedMarks {
  /** Marks that were cleared. */
  cleared: number;
  /** Of these: what came after the day was final, of devices that were in its totals. It does not count in them. */
  tooLate: number;
}

/** Clears the marks of a final day. */
export async function clearMarks(clickhouse: ClickHouse, day: number, now: number): Promise<ClearedMarks> {
  const date = dateOf(day);
  const known = ofDevicesIn(`day = toDate('${date}')`);
  const [row] = await clickhouse.rows<{
    at: number;
    before: number;
    due: string;
    late: string;
    waiting: string;
  }>(
    `WITH (SELECT any(finalised_at) FROM {facts}.final_days FINAL WHERE day = toDate('${date}')) AS final_since,
       (SELECT max(toUnixTimestamp(cleared_at)) FROM {facts}.final_days FINAL WHERE day = toDate('${date}')) AS cleared_before
     SELECT toUnixTimestamp(now()) AS at, cleared_before AS before, countIf(${known}) AS due, countIf(NOT ${known}) AS waiting,
       countIf(cleared_before > 0 AND ${ofDevicesIn(`day = toDate('${date}') AND computed_at <= final_since`)}) AS late
     FROM {facts}.usage WHERE day = toDate('${date}') AND ${HAS_MARKS}`,
  );
  const [cleared, waiting, tooLate] = [
    Number(row?.due ?? 0),
    Number(row?.waiting ?? 0),
    Number(row?.late ?? 0),
  ];
  if (cleared > 0)
    await clickhouse.command(
      `ALTER TABLE {facts}.usage UPDATE ${MARKED.map((slots) => `${slots} = 0`).join(', ')} IN PARTITION '${date}'
       WHERE ${HAS_MARKS} AND ${known} SETTINGS mutations_sync = 1`,
    );
  // What came since that question is looked at the next time, the parts that this made included.
  const at = waiting > 0 ? 1 : (row?.at ?? 0);
  await clickhouse.command(
    `INSERT INTO {facts}.final_days SELECT day, ${now}, finalised_at, ${at} FROM {facts}.final_days FINAL WHERE day = toDate('${date}')`,
  );
  return { cleared, tooLate };
}

const NUMBERS_TOGETHER = 50_000;

/**
 * Notes which described executables nobody has and no use names, and returns those of which that is so since `before`
 * (milliseconds since 1970). What is installed must have been derived since it last changed.
 */
export async function unreferencedSince(
  clickhouse: ClickHouse,
  before: number,
  now: number,
): Promise<number[]> {
  await swapPartition(clickhouse, {
    table: '{facts}.unreferenced_executables',
    staging: '{facts}.unreferenced_executables_staging',
    partition: 'tuple()',
    select: `
      SELECT present.executable_no AS executable_no,
        if(noted.executable_no = 0, fromUnixTimestamp64Milli({now:Int64}), noted.since) AS since
      FROM
      (
        SELECT DISTINCT executable_no FROM {facts}.executables
        WHERE version > 0
          AND executable_no NOT IN (SELECT executable_no FROM {facts}.executable_devices)
          AND executable_no NOT IN (SELECT executable_no FROM {facts}.usage)
          AND executable_no NOT IN (SELECT arrayJoin(ids) FROM {facts}.inventory_parts)
          AND executable_no NOT IN
          (
            SELECT arrayJoin(ids) FROM {facts}.device_inventory FINAL
            WHERE epoch_no IN (SELECT epoch_no FROM {facts}.newest_epochs) AND epoch_no NOT IN (SELECT epoch_no FROM {facts}.current_epochs)
          )
      ) AS present
      LEFT ANY JOIN {facts}.unreferenced_executables AS noted ON noted.executable_no = present.executable_no`,
    parameters: { now },
  });
  const rows = await clickhouse.rows<{ executable_no: number }>(
    `SELECT executable_no FROM {facts}.unreferenced_executables WHERE since < fromUnixTimestamp64Milli({before:Int64})
     ORDER BY executable_no LIMIT ${NUMBERS_TOGETHER}`,
    { before },
  );
  return rows.map((row) => row.executable_no);
}

/** How many executables are described, and of how many nobody has any more, as last noted. */
export async function countUnreferenced(
  clickhouse: ClickHouse,
  before: number,
): Promise<{ noted: number; due: number }> {
  const [row] = await clickhouse.rows<{ noted: string; due: string }>(
    `SELECT count() AS noted, countIf(since < fromUnixTimestamp64Milli({before:Int64})) AS due FROM {facts}.unreferenced_executables`,
    { before },
  );
  return { noted: Number(row?.noted ?? 0), due: Number(row?.due ?? 0) };
}

/** The control store must have been told before that they are described no more. */
export async function forgetExecutables(clickhouse: ClickHouse, numbers: readonly number[]): Promise<void> {
  if (numbers.length === 0) return;
  for (const table of ['executables', 'mappings'])
    await clickhouse.command(
      `ALTER TABLE {facts}.${table} DELETE WHERE executable_no IN (${numbers.join(',')}) SETTINGS mutations_sync = 1`,
    );
}
