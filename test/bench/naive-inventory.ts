/**
 * The design that everybody would begin with, for comparison: a row for each executable of each device in PostgreSQL,
 * upserted in one durable transaction for each device. Only the database is measured; receiving, checking and decoding
 * would come on top.
 */
import type { DeviceHistory } from '../load/device-history.ts';
import { PostgresCluster } from './postgres-cluster.ts';

export interface NaiveCosts {
  /** CPU milliseconds of all processes of the database. */
  cpuMsPerDevice: number;
  /** Table and index. */
  bytesPerDevice: number;
}

const SCHEMA = `
  CREATE TABLE installed (
    device integer NOT NULL,
    executable bigint NOT NULL,
    first_seen timestamptz NOT NULL DEFAULT now(),
    last_seen timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (device, executable)
  );`;

/** The first inventory of the fleet's first `devices` devices, as it is at hour 0. */
export async function naiveInventory(history: DeviceHistory, devices: number): Promise<NaiveCosts> {
  const postgres = await PostgresCluster.start();
  try {
    const schema = postgres.client();
    await schema.write(SCHEMA);
    await schema.end();
    const before = postgres.cpuSeconds();
    const client = postgres.client();
    let rows = 0;
    for (let device = 0; device < devices; device++) {
      const installed = history.installedAt(device, 0);
      rows += installed.length;
      await client.write(
        upsert(
          device,
          installed.map((each) => history.catalogue.idOf(each)),
        ),
      );
    }
    await client.end();
    // What waits in memory has to reach the table's files some time.
    postgres.value('CHECKPOINT');
    const spent = postgres.cpuSeconds() - before;
    const stored = Number(postgres.value('SELECT count(*) FROM installed'));
    if (stored !== rows) throw new Error(`PostgreSQL has ${stored} rows of ${rows}`);
    const bytes = Number(postgres.value("SELECT pg_total_relation_size('installed')"));
    return { cpuMsPerDevice: (1000 * spent) / devices, bytesPerDevice: bytes / devices };
  } finally {
    await postgres.close();
  }
}

/** One statement is one transaction. */
function upsert(device: number, ids: readonly string[]): string {
  const rows = ids.map((id) => `(${device},${BigInt.asIntN(64, BigInt(`0x${id}`))})`);
  return `INSERT INTO installed (device, executable) VALUES ${rows.join(',')}
    ON CONFLICT (device, executable) DO UPDATE SET last_seen = excluded.last_seen;\n`;
}
