/** Asks the SQL port for what verify compares, as an administrator could. */
import { BROWSER } from './executable-catalogue.ts';
import { emptyTables, type FleetTables, type Row, rowName, type Table } from './fleet-tables.ts';
import { hostName } from './simulated-device.ts';
import type { VerifiedPart } from './verified-part.ts';

export type AskSql = <T extends Record<string, unknown>>(query: string) => Promise<T[]>;

const DAY_MS = 86_400_000;
/** Rows of one answer; a reader may have a million. */
const PAGE_ROWS = 200_000;

export async function readTables(sql: AskSql, part: VerifiedPart): Promise<FleetTables> {
  const tables = emptyTables();
  const hosts = await readDevices(sql, tables.devices);
  if (part.countsInstallations) {
    const counts = await sql<{ device_id: string; n: number }>(
      'SELECT device_id, count() AS n FROM fleetmeter.installations GROUP BY device_id',
    );
    for (const { device_id, n } of counts)
      Object.assign(tables.devices.get(hosts.get(device_id) ?? '') ?? {}, { installations: n });
  }
  // A view that has no rows has no application named '' either: LEFT JOIN leaves that where evidence is missing.
  for await (const row of pages<{ id: string; devices: number }>(
    sql,
    'SELECT executable_id AS id, devices FROM fleetmeter.executables ORDER BY id',
  ))
    add(tables.executables, row.id, { devices: row.devices });
  for await (const row of pages<{ name: string; publisher: string; version: string; d: number; e: number }>(
    sql,
    `SELECT name, publisher, version, devices AS d, executables AS e FROM fleetmeter.applications
     WHERE devices > 0 ORDER BY application_id, version`,
  ))
    add(tables.applications, rowName(row.name, row.publisher, row.version), {
      devices: row.d,
      executables: row.e,
    });
  for await (const row of pages<{ version: string; device: string }>(
    sql,
    `SELECT version, device_id AS device FROM fleetmeter.application_devices
     WHERE application = '${BROWSER}' ORDER BY version, device`,
  ))
    add(tables.browserHolders, rowName(row.version, hosts.get(row.device) ?? '?'), { has: 1 });
  const sampled = [...hosts].filter(([, host]) => part.sampled.some((device) => hostName(device) === host));
  for (const [id, host] of sampled) {
    // One device at a time, as the views are made for.
    const rows = await sql<{ executable: string }>(
      `SELECT executable_id AS executable FROM fleetmeter.installations WHERE device_id = '${id}'`,
    );
    for (const { executable } of rows) add(tables.installations, rowName(host, executable), { installed: 1 });
  }
  for (const day of part.days) await readDay(sql, day, { hosts, sampled, today: part.today === day }, tables);
  return tables;
}

async function readDevices(sql: AskSql, table: Table): Promise<Map<string, string>> {
  const hosts = new Map<string, string>();
  for await (const row of pages<{ id: string; hostname: string; executables: number }>(
    sql,
    'SELECT device_id AS id, hostname, executables FROM fleetmeter.devices ORDER BY id',
  )) {
    hosts.set(row.id, row.hostname);
    add(table, row.hostname, { executables: row.executables });
  }
  return hosts;
}

interface DayQuestion {
  /** Device id: host name. */
  hosts: Map<string, string>;
  sampled: [id: string, host: string][];
  today: boolean;
}

async function readDay(
  sql: AskSql,
  day: number,
  { hosts, sampled, today }: DayQuestion,
  tables: FleetTables,
): Promise<void> {
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
  for await (const row of pages<{ id: string; n: number; s: number; l: number; u: number }>(
    sql,
    `SELECT device_id AS id, count() AS n, sum(seconds) AS s, sum(launches) AS l, sum(launches_by_user) AS u
     FROM fleetmeter.usage_daily WHERE day = '${date}' GROUP BY device_id ORDER BY id`,
  ))
    add(tables.deviceDays, rowName(day, hosts.get(row.id) ?? '?'), {
      applications: row.n,
      seconds: row.s,
      launches: row.l,
      byUser: row.u,
    });
  for (const [id, host] of sampled) {
    for (const view of ['usage_daily', 'device_usage_daily'] as const) {
      const rows = await sql<{ a: string; p: string; s: number; l: number; u: number }>(
        `SELECT application AS a, publisher AS p, seconds AS s, launches AS l, launches_by_user AS u
         FROM fleetmeter.${view} WHERE day = '${date}' AND device_id = '${id}'`,
      );
      const table = view === 'usage_daily' ? tables.usage : tables.usageOfDevice;
      for (const { a, p, s, l, u } of rows)
        add(table, rowName(day, a, p, host), { seconds: s, launches: l, byUser: u });
    }
  }
  for await (const row of pages<{ a: string; p: string; d: number; used: number; s: number; l: number }>(
    sql,
    `SELECT application AS a, publisher AS p, devices AS d, devices_used AS used, seconds AS s, launches AS l
     FROM fleetmeter.application_usage_daily WHERE day = '${date}' AND (devices_used > 0 OR ${today ? 1 : 0})
     ORDER BY application_id`,
  ))
    add(tables.applicationDays, rowName(day, row.a, row.p), {
      used: row.used,
      seconds: row.s,
      launches: row.l,
      ...(today && { devices: row.d }),
    });
}

async function* pages<T extends Record<string, unknown>>(sql: AskSql, query: string): AsyncGenerator<T> {
  for (let offset = 0; ; offset += PAGE_ROWS) {
    const rows = await sql<T>(`${query} LIMIT ${PAGE_ROWS} OFFSET ${offset}`);
    yield* rows;
    if (rows.length < PAGE_ROWS) return;
  }
}

/** Two rows of one name would hide each other, and are wrong already. */
function add(table: Table, name: string, row: Row): void {
  if (table.has(name)) throw new Error(`the tables have two rows for ${name}`);
  table.set(name, row);
}
