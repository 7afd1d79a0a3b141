/** What the engine's tables say of devices, for the command line: states that follow from reports and from time. */
import { connectClickHouse } from '../clickhouse/clickhouse.ts';
import type { CollectorConfig } from '../config/schema.ts';
import { engineAddress } from '../configured-engine.ts';

export interface DerivedDevice {
  hostname: string;
  /** As of the newest round of the recompute job. */
  state: string;
  /** UTC, to the second. */
  lastSeen: string;
}

export interface DerivedDevices {
  /** Of the devices with ids above `after` up to `last`, those that have reported. Rejects when the engine does. */
  between(after: string, last: string): Promise<Map<string, DerivedDevice>>;
  close(): Promise<void>;
}

/** As a reader, which needs no secret; at a server of the organisation's as the user of the settings. */
export function derivedDevices(config: CollectorConfig): DerivedDevices {
  const clickhouse = connectClickHouse(
    config.clickhouseUrl === undefined
      ? { url: `http://127.0.0.1:${config.sqlPort}`, username: 'default', password: '' }
      : engineAddress(config),
  );
  return {
    async between(after, last) {
      const rows = await clickhouse.rows<DerivedDevice & { id: string }>(
        `SELECT device_id AS id, hostname, state, formatDateTime(last_seen, '%F %T') AS lastSeen FROM {final}.devices
         WHERE device_id > {after:String} AND device_id <= {last:String}`,
        { after, last },
      );
      return new Map(rows.map(({ id, ...device }) => [id, device]));
    },
    close: () => clickhouse.close(),
  };
}
