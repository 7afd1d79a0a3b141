/**
 * Notes which applications came to devices that were known before. What came last week is not "not used", however long the device has
 * been observed. It is seen by comparing what is installed with what was when that was last derived.
 */
import type { ClickHouse } from './clickhouse.ts';
import { DERIVING, swapPartition } from './swap-partition.ts';

const PRESENT = `
  SELECT application_id, groupBitmapMergeState(device_bitmap) AS epochs
  FROM {facts}.application_devices GROUP BY application_id`;

/** Epochs that have each application now and had it not then, or the other way round. */
const changed = (now: string, then: string): string => `
  SELECT application_id, dictGetUInt64('{facts}.device_of', 'device_id64', toUInt64(epoch_no)) AS device
  FROM
  (
    SELECT ${now}.application_id AS application_id, arrayJoin(bitmapToArray(bitmapAndnot(${now}.epochs, ${then}.epochs))) AS epoch_no
    FROM (${PRESENT}) AS present
    FULL JOIN {facts}.application_presence AS before ON before.application_id = present.application_id
  )`;

/**
 * A device that goes on under another epoch both leaves and comes; everything of one that is new came with it. Grouped, which the engine
 * does on disk when there is much: a catalogue may name everything anew, and a fleet go on under other epochs.
 */
const ARRIVED = `
  SELECT toDate(fromUnixTimestamp64Milli({now:Int64}, 'UTC')) AS day, application_id, lower(leftPad(hex(device), 16, '0')) AS device_id
  FROM
  (
    SELECT application_id, device
    FROM
    (
      SELECT application_id, device, 1 AS came FROM (${changed('present', 'before')})
      UNION ALL
      SELECT application_id, device, 0 AS came FROM (${changed('before', 'present')})
    )
    GROUP BY application_id, device HAVING min(came) = 1
  )
  WHERE device > 0 AND device NOT IN
    (
      SELECT device_id64 FROM {facts}.newest_epochs
      WHERE enrolled_at >= toStartOfDay(fromUnixTimestamp64Milli({now:Int64}, 'UTC')) - INTERVAL 1 DAY
    )`;

/**
 * After each derivation of what is installed. What another catalogue calls otherwise came too: its use on days that are final is told
 * under the name before, so whoever judged it by these would call it not used. Stopped in between it notes the same once more,
 * which merges.
 */
export async function noteArrivals(clickhouse: ClickHouse, now: number): Promise<void> {
  const parameters = { now };
  const [before] = await clickhouse.rows<{ comparable: number }>(
    'SELECT count() > 0 AS comparable FROM {facts}.application_presence',
  );
  if (before?.comparable)
    await clickhouse.command(`INSERT INTO {facts}.application_arrivals ${ARRIVED} ${DERIVING}`, parameters);
  await swapPartition(clickhouse, {
    table: '{facts}.application_presence',
    staging: '{facts}.application_presence_staging',
    partition: 'tuple()',
    select: PRESENT,
    parameters,
  });
}
