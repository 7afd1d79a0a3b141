/** When devices were last seen, as last derived. */
import type { ClickHouse } from './clickhouse.ts';

/** Milliseconds since 1970 of the newest report of each; those without one are absent. Ids are ours: 16 hex digits. */
export async function lastSeen(
  clickhouse: ClickHouse,
  deviceIds: readonly string[],
): Promise<Map<string, number>> {
  if (deviceIds.length === 0) return new Map();
  const rows = await clickhouse.rows<{ device_id: string; seen_ms: number }>(
    `SELECT device_id, toFloat64(toUnixTimestamp64Milli(last_seen)) AS seen_ms FROM {facts}.device_rows
     WHERE device_id IN {ids:Array(String)}`,
    { ids: deviceIds },
  );
  return new Map(rows.map(({ device_id, seen_ms }) => [device_id, seen_ms]));
}

/** Everything received until then is in the tables: the stream is processed in order. 0 before the first report. */
export async function processedUntil(clickhouse: ClickHouse): Promise<number> {
  const [row] = await clickhouse.rows<{ newest: number }>(
    'SELECT toFloat64(toUnixTimestamp64Milli(max(last_seen))) AS newest FROM {facts}.device_rows',
  );
  return row?.newest ?? 0;
}

/** Devices that were taken for another's former self and have reported since. */
export async function returnedDevices(clickhouse: ClickHouse, limit: number): Promise<string[]> {
  const rows = await clickhouse.rows<{ device_id: string }>(
    `SELECT device_id FROM {facts}.device_rows WHERE superseded_by != '' AND state NOT IN ('superseded', 'revoked')
     ORDER BY device_id LIMIT {limit:UInt32}`,
    { limit },
  );
  return rows.map(({ device_id }) => device_id);
}
