/** What does the state of an application on a device rest on? Its figures, and the days they were counted from. */

import type { ClickHouse } from '../clickhouse.ts';
import { ask } from './question.ts';
import { DEVICE_USE } from './use-by-device.ts';
import type { DeviceUseRow, EvidenceOfDay, EvidenceOfUse } from './use-rows.ts';

/** `id` and `device` are 16 lower-case hex digits, `since` is a UTC date. Undefined when the device does not have it and has not used it in the last 90 days. */
export async function evidenceOfUse(
  clickhouse: ClickHouse,
  { id, device, since }: { id: string; device: string; since: string },
): Promise<EvidenceOfUse | undefined> {
  const [[use], days, [named]] = await Promise.all([
    ask<DeviceUseRow>(clickhouse, DEVICE_USE, { id, device }),
    ask<EvidenceOfDay>(clickhouse, DAYS, { id, device, since }),
    ask<{ application: string }>(clickhouse, NAME, { id }),
  ]);
  return use && { application_id: id, application: named?.application ?? '', use, days };
}

/** Where it is short: names in the rows of use are read from a list of their own for each day. */
const NAME = `
  SELECT any(name) AS application FROM
  (
    SELECT name FROM {facts}.application_devices WHERE application_id = {id:String}
    UNION ALL SELECT application FROM {facts}.application_last_uses WHERE application_id = {id:String}
  )`;

/** Newest first. A day without a row: the device was off, or had no agent. */
const DAYS = `
  SELECT toString(usage_evidence.day) AS day, observed_seconds, powered_seconds, interactive_seconds, seconds, launches, launches_by_user,
    foreground_seconds, counts_by
  FROM {final}.usage_evidence
  WHERE application_id = {id:String} AND device_id = {device:String} AND usage_evidence.day >= {since:Date}
  ORDER BY usage_evidence.day DESC`;
