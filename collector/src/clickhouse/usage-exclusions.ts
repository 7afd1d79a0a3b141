/**
 * Of which devices records are in quarantine, by application and day, and which days are held because of it. What is
 * written here counts for every derivation of that day, whoever asks for it.
 */
import type { UsageConcern } from '../control/usage-concerns.ts';
import type { ClickHouse } from './clickhouse.ts';
import { NativeBlock } from './native-block.ts';
import { DERIVING, replacePartition } from './swap-partition.ts';

/** An application of which devices are left out on a day. */
export interface ExcludedDevices {
  applicationId: string;
  application: string;
  publisher: string;
  devicesExcluded: number;
  /** Devices that used it on that day, those included; 0 where fewer than asked for are left out. */
  devices: number;
  /** Milliseconds since 1970 since when it is held; undefined while it flows. */
  staleSince?: number | undefined;
}

const MILLISECONDS_A_DAY = 86_400_000;
const dateOf = (day: number): string => new Date(day * MILLISECONDS_A_DAY).toISOString().slice(0, 10);

const NUMBER = `dictGetUInt32('{facts}.application_of', 'application_no', toUInt64(executable_no))`;
const APP = `dictGetUInt64('{facts}.application_numbered', 'application_id64', toUInt64(${NUMBER}))`;
/** What nobody has described yet is no application, and never held: its parts become different ones. */
const CONCERNED = `SELECT ${APP} AS app, ${NUMBER} AS application_no, device_id64 AS device FROM {facts}.usage_concerns
  WHERE application_no > 0`;
const named = (attribute: string): string =>
  `dictGetString('{facts}.application_numbered', '${attribute}', toUInt64(some_no))`;

const EXCLUDED = `
  SELECT lower(leftPad(hex(excluded.app), 16, '0')) AS application_id, ${named('name')} AS application,
    ${named('publisher')} AS publisher, excluded.left_out AS devices_excluded, used.devices AS devices,
    toUnixTimestamp64Milli(held.held_since) AS stale_since
  FROM
  (
    SELECT app, max(application_no) AS some_no, uniqExact(device) AS left_out FROM (${CONCERNED}) GROUP BY app
  ) AS excluded
  LEFT JOIN
  (
    SELECT app, uniqExact(device) AS devices FROM
    (
      SELECT ${APP} AS app, dictGetUInt64('{facts}.device_of', 'device_id64', toUInt64(epoch_no)) AS device
      FROM {facts}.usage WHERE day = toDate({date:String}) AND device > 0
        AND app IN (SELECT app FROM (${CONCERNED}) GROUP BY app HAVING uniqExact(device) >= {least:UInt32})
      UNION ALL
      SELECT app, device FROM (${CONCERNED})
      WHERE app IN (SELECT app FROM (${CONCERNED}) GROUP BY app HAVING uniqExact(device) >= {least:UInt32})
    )
    GROUP BY app
  ) AS used ON used.app = excluded.app
  LEFT JOIN
  (
    SELECT reinterpretAsUInt64(reverse(unhex(application_id))) AS app, any(stale_since) AS held_since
    FROM {final}.usage_exclusions WHERE day = toDate({date:String}) AND stale_since IS NOT NULL GROUP BY app
  ) AS held ON held.app = excluded.app
  ORDER BY application_id`;

/**
 * Counts by application what the concerns of a day (days since 1970) leave out. Devices are counted only where at least
 * `leastDevices` are: one device may name every application there is. numberApplications must have succeeded before.
 */
export async function readExcludedDevices(
  clickhouse: ClickHouse,
  day: number,
  concerns: readonly UsageConcern[],
  leastDevices: number,
): Promise<ExcludedDevices[]> {
  const block = new NativeBlock({ executable_no: 'UInt32', device_id64: 'UInt64' });
  for (const { executableNo, deviceId } of concerns)
    block.append({ executable_no: executableNo, device_id64: BigInt(`0x${deviceId}`) });
  await clickhouse.command('TRUNCATE TABLE {facts}.usage_concerns');
  await clickhouse.insert('usage_concerns', block);
  const rows = await clickhouse.rows<{
    application_id: string;
    application: string;
    publisher: string;
    devices_excluded: string;
    devices: string;
    stale_since: string | null;
  }>(`${EXCLUDED} ${DERIVING}`, { date: dateOf(day), least: Math.max(1, leastDevices) });
  await clickhouse.command('TRUNCATE TABLE {facts}.usage_concerns');
  return rows.map((row) => ({
    applicationId: row.application_id,
    application: row.application,
    publisher: row.publisher,
    devicesExcluded: Number(row.devices_excluded),
    devices: Number(row.devices),
    staleSince: row.stale_since === null ? undefined : Number(row.stale_since),
  }));
}

/** Replaces what was decided about the day; `now` in milliseconds since 1970. */
export async function writeExclusions(
  clickhouse: ClickHouse,
  day: number,
  exclusions: readonly ExcludedDevices[],
  now: number,
): Promise<void> {
  const partition = `'${dateOf(day)}'`;
  if (exclusions.length === 0)
    return await clickhouse.command(`ALTER TABLE {final}.usage_exclusions DROP PARTITION ${partition}`);
  const block = new NativeBlock({
    day: 'Date',
    application_id: 'String',
    application: 'String',
    publisher: 'String',
    devices_excluded: 'UInt32',
    devices: 'UInt64',
    stale_since: 'NullableDateTime64',
    computed_at: 'DateTime64',
  });
  for (const { applicationId, application, publisher, devicesExcluded, devices, staleSince } of exclusions)
    block.append({
      ...{ day, application_id: applicationId, application, publisher },
      devices_excluded: devicesExcluded,
      devices: BigInt(devices),
      stale_since: staleSince,
      computed_at: now,
    });
  await clickhouse.command('TRUNCATE TABLE {facts}.usage_exclusions_staging');
  await clickhouse.insert('usage_exclusions_staging', block);
  await replacePartition(clickhouse, {
    table: '{final}.usage_exclusions',
    staging: '{facts}.usage_exclusions_staging',
    partition,
  });
}

export interface HeldCounts {
  /** Applications and days that are held at their last right numbers. */
  summaries: number;
  /** Since when the longest held is, milliseconds since 1970. */
  oldestStaleSince: number | undefined;
  /** Applications and days that flow without some devices. */
  flowing: number;
}

export async function readHeldCounts(clickhouse: ClickHouse): Promise<HeldCounts> {
  const [row] = await clickhouse.rows<{ held: string; oldest: string | null; flowing: string }>(
    `SELECT countIf(stale_since IS NOT NULL) AS held, toUnixTimestamp64Milli(min(stale_since)) AS oldest,
       countIf(stale_since IS NULL) AS flowing FROM {final}.usage_exclusions`,
  );
  return {
    summaries: Number(row?.held ?? 0),
    oldestStaleSince: row?.oldest ? Number(row.oldest) : undefined,
    flowing: Number(row?.flowing ?? 0),
  };
}
