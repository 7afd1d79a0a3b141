/** Derives "what is installed now" from the inventories of current epochs, whole, and swaps it in. */
import type { ClickHouse } from './clickhouse.ts';
import { noteArrivals } from './note-arrivals.ts';
import { loadNames } from './number-applications.ts';
import { HIDDEN_APPLICATION, HIDDEN_NAME, SMALLEST_SHOWN } from './small-groups.ts';
import { DERIVING, swapPartition } from './swap-partition.ts';

/**
 * Epochs counted at once: their bitmaps are one container each, and the lists of a band (4 bytes for each
 * application of each device) stay below 300 MB.
 */
const BAND = 65_536;

const CURRENT = `{facts}.device_inventory FINAL WHERE epoch_no IN (SELECT epoch_no FROM {facts}.current_epochs)`;

/** SELECT of the rows of executable_devices. */
export const EXECUTABLE_DEVICES = `
  SELECT executable_no, count() AS devices, fromUnixTimestamp64Milli({now:Int64}) AS computed_at
  FROM (SELECT arrayJoin(ids) AS executable_no FROM ${CURRENT}) GROUP BY executable_no`;

/** Building a bitmap from a list costs less than half of adding to it number by number. */
const BAND_OF_APPLICATIONS = `
  INSERT INTO {facts}.application_epochs
  SELECT application_no, bitmapBuild(groupArray(epoch_no)) AS epochs
  FROM
  (
    SELECT epoch_no,
      arrayJoin(arrayDistinct(arrayMap(no -> dictGetUInt32('{facts}.application_of', 'application_no', toUInt64(no)), ids)))
        AS application_no
    FROM ${CURRENT} AND epoch_no BETWEEN {first:UInt32} AND {last:UInt32}
  )
  WHERE application_no > 0
  GROUP BY application_no`;

/** SELECT of the rows of home_applications, while application_epochs is filled. */
export const HOME_APPLICATIONS = `
  SELECT numbered.application_id64 AS application_id64, bitmapCardinality(groupBitmapMergeState(present.epochs)) AS devices
  FROM {facts}.application_epochs AS present
  INNER JOIN (SELECT * FROM {facts}.application_numbers WHERE home_only) AS numbered ON numbered.application_no = present.application_no
  GROUP BY application_id64`;

/** By the devices counted there: what applications are called elsewhere follows from the same rows, see migrations/0022. */
const HIDDEN = `
  SELECT hidden.application_no FROM {facts}.application_numbers AS hidden WHERE hidden.home_only AND ${SMALLEST_SHOWN} > 1
    AND hidden.application_id64 NOT IN (SELECT application_id64 FROM {facts}.home_applications WHERE devices >= ${SMALLEST_SHOWN})`;
/** Numbers begin at 1. */
const shownNo = (no: string): string => `if(${no} IN (${HIDDEN}), 0, ${no})`;
const shown = (whenHidden: string, otherwise: string): string =>
  `if(present.shown_no = 0, ${whenHidden}, ${otherwise})`;

/** SELECT of the rows of application_devices, while application_epochs is filled, and after home_applications. */
export const APPLICATION_DEVICES = `
  SELECT ${shown(`'${HIDDEN_APPLICATION}'`, "lower(leftPad(hex(numbered.application_id64), 16, '0'))")} AS application_id,
    toString(numbered.version) AS version, ${shown(HIDDEN_NAME, 'toString(numbered.name)')} AS name, toString(numbered.publisher) AS publisher,
    numbered.recognised AS recognised, installed.executables AS executables, bitmapCardinality(present.bitmap) AS devices,
    present.bitmap AS device_bitmap, {catalogue:String} AS catalogue_version, fromUnixTimestamp64Milli({now:Int64}) AS computed_at
  FROM
  (
    SELECT ${shownNo('application_no')} AS shown_no, groupBitmapMergeState(epochs) AS bitmap
    FROM {facts}.application_epochs GROUP BY shown_no
  ) AS present
  LEFT ANY JOIN {facts}.application_numbers AS numbered ON numbered.application_no = present.shown_no
  INNER JOIN
  (
    SELECT ${shownNo("dictGetUInt32('{facts}.application_of', 'application_no', toUInt64(executable_no))")} AS shown_no, count() AS executables
    FROM {facts}.executable_devices
    WHERE dictGetUInt32('{facts}.application_of', 'application_no', toUInt64(executable_no)) > 0 GROUP BY shown_no
  ) AS installed ON installed.shown_no = present.shown_no`;

/** `now` is in milliseconds since 1970. numberApplications must have succeeded before. */
export async function deriveInventory(
  clickhouse: ClickHouse,
  now: number,
  catalogueVersion: string,
): Promise<void> {
  const swap = { partition: 'tuple()', parameters: { now, catalogue: catalogueVersion } };
  await swapPartition(clickhouse, {
    ...swap,
    table: '{facts}.executable_devices',
    staging: '{facts}.executable_devices_staging',
    select: EXECUTABLE_DEVICES,
  });
  await fillApplicationEpochs(clickhouse);
  await swapPartition(clickhouse, {
    ...swap,
    table: '{facts}.home_applications',
    staging: '{facts}.home_applications_staging',
    select: HOME_APPLICATIONS,
  });
  await swapPartition(clickhouse, {
    ...swap,
    table: '{facts}.application_devices',
    staging: '{facts}.application_devices_staging',
    select: APPLICATION_DEVICES,
  });
  await emptyApplicationEpochs(clickhouse);
  await loadNames(clickhouse);
  await noteArrivals(clickhouse, now);
}

/** Counts applications band by band, which bounds its memory. */
export async function fillApplicationEpochs(clickhouse: ClickHouse): Promise<void> {
  await emptyApplicationEpochs(clickhouse);
  const [epochs] = await clickhouse.rows<{ last: number }>(
    'SELECT max(epoch_no) AS last FROM {facts}.device_inventory',
  );
  for (let first = 0; first <= (epochs?.last ?? 0); first += BAND)
    await clickhouse.command(`${BAND_OF_APPLICATIONS} ${DERIVING}`, { first, last: first + BAND - 1 });
}

export async function emptyApplicationEpochs(clickhouse: ClickHouse): Promise<void> {
  await clickhouse.command('TRUNCATE TABLE {facts}.application_epochs');
}
