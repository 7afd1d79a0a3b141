/**
 * For measuring what things cost: a fleet made inside the engine, and merges that run when they are told to. For
 * databases made for this purpose only, never those of a collector.
 */
import type { ClickHouse } from './clickhouse.ts';
import type { FactTable } from './fact-tables.ts';

export interface MadeFleet {
  devices: number;
  /** Executables on each device. */
  executables: number;
  /** Different executables known, each with a mapping. */
  distinct: number;
  /** Rows of use of each device on the day. */
  usageRows: number;
  /** Days since 1970, UTC. */
  day: number;
}

/** Executables of one application. */
const EXECUTABLES_AN_APPLICATION = 10;
/** Rows of one INSERT: as many as bound the memory it needs. */
const DEVICES_A_BLOCK = 2000;

/** Adds facts without going through processing. Executable numbers of a device are one of every so many. */
export async function makeFleet(clickhouse: ClickHouse, fleet: MadeFleet): Promise<void> {
  const { devices, executables, distinct, usageRows, day } = fleet;
  const stride = Math.floor(distinct / executables);
  await clickhouse.command(
    `INSERT INTO {facts}.epochs SELECT number + 1, number + 1, 0, now64(3), 0 FROM numbers({devices:UInt32})`,
    { devices },
  );
  await clickhouse.command(
    `INSERT INTO {facts}.device_heads (epoch_no, sequence, received_at, composed_at, report_bytes, agent_cpu_ms, agent_uptime_s,
       agent_resident_kib, agent_files_hashed)
     SELECT number + 1, 1, now64(3), now(), 400, 7000, 36000, 80000, 2000 FROM numbers({devices:UInt32})`,
    { devices },
  );
  await clickhouse.command(
    `INSERT INTO {facts}.host_facts (device_id64, version, hostname, os, os_name, architecture, agent_version)
    SELECT number + 1, 1, concat('pc-', hex(cityHash64(number))), 'linux', 'Debian GNU/Linux 12', 'x64', '0.1.0'
    FROM numbers({devices:UInt32})`,
    { devices },
  );
  await clickhouse.command(
    `INSERT INTO {facts}.mappings SELECT number + 1, 1, cityHash64(intDiv(number, {size:UInt32})),
      concat('application-', toString(intDiv(number, {size:UInt32}))), 'publisher', '1.0', 1, number
    FROM numbers({distinct:UInt32})`,
    { distinct, size: EXECUTABLES_AN_APPLICATION },
  );
  for (let from = 0; from < devices; from += DEVICES_A_BLOCK) {
    const some = Math.min(DEVICES_A_BLOCK, devices - from);
    await clickhouse.command(
      `INSERT INTO {facts}.device_inventory SELECT number + {from:UInt32} + 1 AS epoch, 1, {executables:UInt32},
        toFixedString('', 16), arrayMap(i -> toUInt32(i * {stride:UInt32} + cityHash64(epoch, i) % {stride:UInt32} + 1),
        range({executables:UInt32})), now64(3) FROM numbers({some:UInt32})`,
      { from, some, executables, stride },
    );
  }
  await clickhouse.command(
    `INSERT INTO {facts}.usage SELECT toDate({day:UInt16}), intDiv(number, {usageRows:UInt32}) + 1 AS epoch,
      number % {usageRows:UInt32} * {apart:UInt32} + 1, reinterpretAsFixedString(toUInt128(epoch)), epoch, 0, 3600,
      1, 0, 0, 0, 0, -1, -1, number, 0, number, 0, 1, 1 FROM numbers({rows:UInt32})`,
    { day, usageRows, apart: Math.floor(distinct / usageRows), rows: devices * usageRows },
  );
}

/** Merges then cost nothing until `mergeNow`. Of the tables that there are when it is called. */
export async function holdMerges(clickhouse: ClickHouse): Promise<void> {
  await clickhouse.command('SYSTEM STOP MERGES');
}

/** Merges all parts of one table into one; those of others stay held. */
export async function mergeNow(clickhouse: ClickHouse, table: FactTable): Promise<void> {
  await clickhouse.command(`SYSTEM START MERGES {facts}.${table}`);
  await clickhouse.command(`OPTIMIZE TABLE {facts}.${table} FINAL`);
  await clickhouse.command(`SYSTEM STOP MERGES {facts}.${table}`);
}
