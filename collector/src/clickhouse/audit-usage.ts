/** Compares the usage and coverage of a day with the digests that devices sent of it. */
import type { ClickHouse } from './clickhouse.ts';
import { DERIVING } from './swap-partition.ts';

/** What a digest sums, and what the tables have of it. */
const SUMMED = ['records', 'seconds', 'launches', 'marks', 'coverage_seconds'] as const;
export type Sums = Record<(typeof SUMMED)[number], number>;

export interface LackingUsage {
  /** 16 hex digits. */
  deviceId: string;
  /** Unsigned 64-bit, as text. */
  run: string;
  /** As the device has it, by its newest epoch that said so. */
  owed: Sums;
  held: Sums;
}

/** Days (since 1970, UTC) of which there are digests, from the partitions alone. */
export async function daysWithDigests(clickhouse: ClickHouse): Promise<number[]> {
  const rows = await clickhouse.rows<{ day: number }>(
    `SELECT DISTINCT toUInt32(toDate(partition)) AS day FROM system.parts
     WHERE active AND concat(database, '.', table) = '{facts}.usage_digests' ORDER BY day DESC`,
  );
  return rows.map(({ day }) => day);
}

const DEVICE = `dictGetUInt64('{facts}.device_of', 'device_id64', toUInt64(epoch_no)) AS device`;
const FACTS = `WHERE day = toDate({day:UInt16}) AND device > 0`;
const newest = (column: string): string => `argMax(${column}, (epoch_no, version)) AS owed_${column}`;

/** Of a final day marks are given up, and nobody owes them. */
const MARKS = `if((SELECT count() FROM {facts}.final_days WHERE final_days.day = toDate({day:UInt16})) > 0, 0,
    argMax(marks, (epoch_no, version))) AS owed_marks`;

const OWED = `
  SELECT device, run, ${SUMMED.map((column) => (column === 'marks' ? MARKS : newest(column))).join(', ')}
  FROM (SELECT *, ${DEVICE} FROM {facts}.usage_digests ${FACTS}) GROUP BY device, run`;

/** Within a key columns merge by max and bit-or, over all epochs of a device: as in derive-usage-day.ts. */
const HELD = `
  SELECT device, run, count() AS records, sum(row_seconds) AS seconds, sum(row_launches) AS launches, sum(row_marks) AS marks
  FROM
  (
    SELECT ${DEVICE}, run, executable_no, user, max(usage.seconds) AS row_seconds,
      toUInt64(max(launches_user)) + max(launches_autostart) + max(launches_service) + max(launches_scheduler)
        + max(launches_unknown) AS row_launches,
      bitCount(groupBitOr(slots_0)) + bitCount(groupBitOr(slots_1)) + bitCount(groupBitOr(slots_2))
        + bitCount(groupBitOr(slots_3)) + bitCount(groupBitOr(slots_4)) AS row_marks
    FROM {facts}.usage ${FACTS} AND generation = 0 GROUP BY device, run, executable_no, user
  )
  GROUP BY device, run`;

const COVERED = `
  SELECT ${DEVICE}, run, max(coverage.seconds) AS coverage_seconds FROM {facts}.coverage ${FACTS} GROUP BY device, run`;

const LACKING = `
  SELECT lower(leftPad(hex(owed.device), 16, '0')) AS device, toString(owed.run) AS run,
    ${SUMMED.map((name) => `owed_${name}`).join(', ')},
    held.records AS held_records, held.seconds AS held_seconds, held.launches AS held_launches, held.marks AS held_marks,
    covered.coverage_seconds AS held_coverage_seconds
  FROM (${OWED}) AS owed
  LEFT JOIN (${HELD}) AS held ON held.device = owed.device AND held.run = owed.run
  LEFT JOIN (${COVERED}) AS covered ON covered.device = owed.device AND covered.run = owed.run
  WHERE held_records < owed_records OR held_seconds < owed_seconds OR held_launches < owed_launches
    OR held_marks < owed_marks OR held_coverage_seconds < owed_coverage_seconds
  ORDER BY owed.device, owed.run LIMIT {most:UInt32}`;

/** How many (device, run) have a digest of the day. */
export async function countDigests(clickhouse: ClickHouse, day: number): Promise<number> {
  const [row] = await clickhouse.rows<{ n: string }>(
    `SELECT uniqExact(epoch_no, run) AS n FROM {facts}.usage_digests WHERE day = toDate({day:UInt16})`,
    { day },
  );
  return Number(row?.n ?? 0);
}

/** At most `most` (device, run) of which the tables have less than the digest says. loadAuditDictionaries came before. */
export async function lackingUsage(
  clickhouse: ClickHouse,
  day: number,
  most: number,
): Promise<LackingUsage[]> {
  const rows = await clickhouse.rows<Record<string, unknown> & { device: string; run: string }>(
    `${LACKING} ${DERIVING}`,
    { day, most },
  );
  // 64-bit sums come as text.
  const sums = (row: Record<string, unknown>, of: 'owed' | 'held'): Sums =>
    Object.fromEntries(SUMMED.map((name) => [name, Number(row[`${of}_${name}`])])) as Sums;
  return rows.map((row) => ({
    deviceId: row.device,
    run: row.run,
    owed: sums(row, 'owed'),
    held: sums(row, 'held'),
  }));
}

/** The present epoch of these devices and its newest processed report, 0 when that is not known. */
export async function presentHeads(
  clickhouse: ClickHouse,
  deviceIds: readonly string[],
): Promise<{ deviceId: string; epochNo: number; sequence: number }[]> {
  const heads: { deviceId: string; epochNo: number; sequence: number }[] = [];
  for (let at = 0; at < deviceIds.length; at += DEVICES_ASKED) {
    const wanted = deviceIds.slice(at, at + DEVICES_ASKED).map((deviceId) => BigInt(`0x${deviceId}`));
    const rows = await clickhouse.rows<{ device: string; epoch: number; sequence: number }>(`
      SELECT lower(leftPad(hex(current.device_id64), 16, '0')) AS device, current.epoch_no AS epoch, head.sequence AS sequence
      FROM (SELECT device_id64, epoch_no FROM {facts}.current_epochs WHERE device_id64 IN (${wanted.join(',')})) AS current
      LEFT JOIN (SELECT epoch_no, sequence FROM {facts}.device_heads FINAL) AS head ON head.epoch_no = current.epoch_no`);
    for (const { device, epoch, sequence } of rows)
      heads.push({ deviceId: device, epochNo: epoch, sequence });
  }
  return heads;
}

/** Text of a statement has a limit; so many 64-bit numbers are a third of it. */
const DEVICES_ASKED = 4_000;
