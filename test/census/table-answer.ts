/** What the tables say, asked over the SQL port as any administrator would. */
import type { Executable } from './take-census.ts';

export interface TableAnswer {
  device: string;
  /** Nobody else reports, so fleet-wide counts are this computer's. */
  alone: boolean;
  /** The newest report: milliseconds since 1970. */
  reportedAt: number;
  /** `SELECT count() FROM fleetmeter.executables`. */
  count: number;
  /** Rows of `installations` of this device. */
  installed: number;
  executables: Executable[];
  applications: { name: string; version: string }[];
}

/** Runs one statement and returns its rows. */
export type Ask = (sql: string) => Promise<Record<string, unknown>[]>;

/** The census cannot be taken; the message says what to do. */
export class CensusError extends Error {
  override name = 'CensusError';
}

export function askOver(port: number): Ask {
  return async (sql) => {
    const url = `http://127.0.0.1:${port}/?default_format=JSONEachRow`;
    const answer = await fetch(url, { method: 'POST', body: sql }).catch((cause: unknown) => {
      throw new CensusError(`nobody answers on SQL port ${port}; is fleetmeter running? (npm start)`, {
        cause,
      });
    });
    const text = await answer.text();
    if (!answer.ok) throw new CensusError(`the SQL port refuses ${sql}: ${text.trim()}`);
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  };
}

export async function askTables(
  ask: Ask,
  wanted: { device?: string; hostname: string },
): Promise<TableAnswer> {
  const devices = await ask('SELECT device_id, hostname, last_seen FROM fleetmeter.devices');
  const device = thisDevice(devices, wanted);
  const id = String(device.device_id);
  const alone = devices.length === 1;
  const columns = 'path, sha256, application, version';
  const ofDevice = `FROM fleetmeter.installations WHERE device_id = '${id}'`;
  const rows = await ask(
    alone ? `SELECT ${columns} FROM fleetmeter.executables` : `SELECT ${columns} ${ofDevice}`,
  );
  return {
    device: id,
    alone,
    reportedAt: Date.parse(`${String(device.last_seen).replace(' ', 'T')}Z`),
    count: await number(ask, 'SELECT count() AS n FROM fleetmeter.executables'),
    installed: await number(ask, `SELECT count() AS n ${ofDevice}`),
    executables: rows.map((row) => ({
      path: String(row.path),
      sha256: String(row.sha256),
      application: String(row.application),
      version: String(row.version),
    })),
    applications: (
      await ask('SELECT name, version FROM fleetmeter.applications WHERE devices > 0 AND recognised = 1')
    ).map(({ name, version }) => ({ name: String(name), version: String(version) })),
  };
}

function thisDevice(
  devices: Record<string, unknown>[],
  { device, hostname }: { device?: string; hostname: string },
): Record<string, unknown> {
  const chosen = device === undefined ? devices : devices.filter(({ device_id }) => device_id === device);
  const [only, ...more] = chosen.length > 1 ? chosen.filter((one) => one.hostname === hostname) : chosen;
  if (only && more.length === 0) return only;
  if (devices.length === 0) throw new CensusError('no device has reported yet');
  throw new CensusError(
    `${devices.length} devices report, and which is this computer is not clear: say --device`,
  );
}

async function number(ask: Ask, sql: string): Promise<number> {
  return Number((await ask(sql))[0]?.n);
}
