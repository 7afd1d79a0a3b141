/** The questions of queries/*.sql and what they are asked about. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouse } from '../../collector/src/clickhouse/clickhouse.ts';

const FOLDER = join(import.meta.dirname, 'queries');

export interface Question {
  /** File name without its end. */
  name: string;
  /** What an administrator would say: the first line. */
  words: string;
  sql: string;
  /** Names of its parameters. */
  parameters: string[];
}

export function questions(): Question[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const sql = readFileSync(join(FOLDER, file), 'utf8');
      const words = /^-- (.+)\n/.exec(sql)?.[1];
      if (!words) throw new Error(`${file} does not begin with its question`);
      const parameters = [...new Set([...sql.matchAll(/\{(\w+):\w+\}/g)].map(([, name]) => name as string))];
      return { name: file.slice(0, -4), words, sql, parameters };
    });
}

/** Values of a parameter, in the order of asking; the sixth question starts again with the first of five. */
export type Asked = Record<string, string[]>;

/** Popular and rare ones alike, from all over the tables. */
export async function whatIsAsked(clickhouse: ClickHouse, values: number): Promise<Asked> {
  const ask = async (sql: string): Promise<string[]> =>
    (await clickhouse.rows<{ value: string }>(`${sql} LIMIT ${values}`)).map(({ value }) => value);
  // Every second one is among the two hundred that most devices have.
  const popular = await ask(`
    SELECT value FROM (SELECT application_id AS value, max(devices) AS most FROM {facts}.application_devices
      GROUP BY value ORDER BY most DESC LIMIT 200) ORDER BY cityHash64(value)`);
  const rare = await ask(`
    SELECT application_id AS value FROM {facts}.application_devices GROUP BY value ORDER BY cityHash64(value)`);
  const mixed = Array.from({ length: values }, (_, index) => (index % 2 ? rare : popular)[index >> 1]);
  const device = await ask(`
    SELECT DISTINCT device_id AS value FROM {facts}.device_rows
    WHERE epoch_no IN (SELECT epoch_no FROM {facts}.usage) ORDER BY cityHash64(value)`);
  const day = await ask(`
    SELECT DISTINCT toString(day) AS value FROM {final}.application_usage_daily ORDER BY value DESC`);
  const paths = await ask(`SELECT path AS value FROM {facts}.executables ORDER BY cityHash64(value)`);
  const sha256 = await ask(
    `SELECT lower(hex(sha256)) AS value FROM {facts}.executables ORDER BY cityHash64(value)`,
  );
  const host = await ask(
    `SELECT substring(hostname, 1, 6) AS value FROM {facts}.host_facts ORDER BY cityHash64(hostname)`,
  );
  return {
    application: mixed.filter((id) => id !== undefined),
    rareApplication: rare,
    device,
    day,
    folder: paths.map((path) => path.slice(0, path.lastIndexOf('/', path.lastIndexOf('/') - 1) + 1)),
    word: paths.map((path) => path.split('/').at(-2) ?? path),
    sha256,
    host,
  };
}

export function parametersOf({ parameters }: Question, asked: Asked, time: number): Record<string, string> {
  return Object.fromEntries(
    parameters.map((name) => {
      const values = asked[name];
      if (!values || values.length === 0) throw new Error(`nothing to ask about: ${name}`);
      return [name, values[time % values.length] as string];
    }),
  );
}
