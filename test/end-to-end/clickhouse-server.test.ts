/**
 * A collector at a ClickHouse server of the organisation's, as far as the embedded engine can be one: its access
 * control is real, so its account gets exactly what `schema --grants` lists, first the collector's and then a
 * reader's. All of it through TLS with a certificate of an authority of our own, in databases of another name.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectClickHouse } from '../../collector/src/clickhouse/clickhouse.ts';
import { describeSchema, schemaDifferences } from '../../collector/src/clickhouse/compare-schema.ts';
import { databasesNamed } from '../../collector/src/clickhouse/database-names.ts';
import { migratingGrants, readerStatements, workingGrants } from '../../collector/src/clickhouse/grants.ts';
import { printedSchema } from '../../collector/src/clickhouse/schema-statements.ts';
import { isAtLeast, requireVersion } from '../../collector/src/clickhouse/server-conditions.ts';
import { type Collector, startCollector } from '../../collector/src/collector.ts';
import { loadConfig } from '../../collector/src/config/load-config.ts';
import { type EngineUnderTest, engineUnderTest } from '../../collector/src/engine/engine-under-test.ts';
import { writerSecret, writerUser } from '../../collector/src/engine/writer-secret.ts';
import { expectedSchema } from '../../collector/src/operate/expected-schema.ts';
import { clientAuthority } from '../fakes/client-certificates.ts';
import { freePort } from '../fakes/free-port.ts';
import { joinSecret } from '../fakes/join-secret.ts';
import { Fleet } from '../load/fleet.ts';

const NAME = 'acme';
const DATABASES = databasesNamed(NAME);
const WORKING = workingGrants(DATABASES, writerUser);
const MIGRATING = migratingGrants(DATABASES, writerUser);
const READING = readerStatements(DATABASES).filter((statement) => statement.startsWith('GRANT'));
/** What the engine's own process does beside the statements it is sent, which a server does by itself. */
const OF_THE_STAND_IN = [
  'GRANT CREATE DATABASE ON fleetmeter.*',
  'GRANT SELECT ON system.functions',
  'GRANT KILL QUERY ON *.*',
  'GRANT SELECT ON system.processes',
  // Here the account is not itself the one that views and dictionaries read as.
  `GRANT SET DEFINER ON ${writerUser}`,
];

let folder: string;
let dataDir: string;
let engine: EngineUnderTest | undefined;
let proxy: Server;
let url: string;
let caFile: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-server-'));
  dataDir = join(folder, 'server');
  mkdirSync(dataDir);
  const authority = await clientAuthority('acme');
  const pair = await authority.issue({ forServers: true });
  caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.ca);
  proxy = createServer({ cert: pair.cert, key: pair.key }, (request, response) => {
    const { host: _, ...headers } = request.headers;
    const { method, url: path } = request;
    const onward = httpRequest(`${engine?.url}${path}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.on('error', () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await engine?.stop();
  proxy?.closeAllConnections();
  proxy?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The server again, with these grants for whoever asks; `all` is an administrator. */
async function serverGranting(
  grants: readonly string[] | 'all',
  password?: string,
): Promise<EngineUnderTest> {
  await engine?.stop();
  const unnamed = (statement: string) => statement.replace(/ TO `[^`]+`$/, '');
  const user = (name: string, secret: string, granted: readonly string[]) =>
    `<${name}>${secret}<networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota><grants>${granted
      .map((statement) => `<query>${unnamed(statement)}</query>`)
      .join('')}</grants></${name}>`;
  const hash = createHash('sha256')
    .update(password ?? writerSecret(dataDir))
    .digest('hex');
  const asked = grants === 'all' ? ['GRANT ALL ON *.*'] : [...grants, ...OF_THE_STAND_IN];
  writeFileSync(
    join(dataDir, 'users.xml'),
    `<clickhouse><profiles><default/></profiles><quotas><default/></quotas><users>${user('default', '<password></password>', asked)}${user(writerUser, `<password_sha256_hex>${hash}</password_sha256_hex>`, WORKING)}</users></clickhouse>`,
  );
  const configFile = join(dataDir, 'config.xml');
  writeFileSync(
    configFile,
    `<clickhouse><users_config>${join(dataDir, 'users.xml')}</users_config></clickhouse>`,
  );
  engine = await engineUnderTest({ dataDir, readers: 1, configFile });
  return engine;
}

const address = () => ({
  ...{ url, username: writerUser, password: writerSecret(dataDir) },
  ...{ databases: DATABASES, authorities: readFileSync(caFile) },
});

async function collectorAt(settings: Record<string, string> = {}): Promise<{
  collector: Collector;
  adminPort: number;
  agentPort: number;
  secret: string;
}> {
  const dataFolder = mkdtempSync(join(folder, 'collector-'));
  const secret = joinSecret(dataFolder);
  const [adminPort, agentPort] = [await freePort(), await freePort()];
  const flags = {
    ...{ dataDir: dataFolder, adminPort: `${adminPort}`, agentPort: `${agentPort}`, agentTls: 'off' },
    ...{
      processLingerMs: '100',
      recomputeIntervalSeconds: '1',
      recomputeTimePercent: '100',
      auditIntervalSeconds: '1',
      // Somebody waits for it, and nobody else wants the server.
      auditTimePercent: '100',
    },
    ...{ clickhouseUrl: url, clickhouseUser: writerUser, clickhouseCaFile: caFile, clickhouseDatabase: NAME },
    ...settings,
  };
  const environment = { FLEETMETER_CLICKHOUSE_PASSWORD: writerSecret(dataDir) };
  const config = loadConfig({ flags, environment, readFile: () => undefined });
  const collector = await startCollector(config, pino({ level: 'silent' }));
  return { collector, adminPort, agentPort, secret };
}

/** Three devices enrol and report twice; resolves when that shows in the final tables. */
async function reportAndSee(at: { adminPort: number; agentPort: number; secret: string }): Promise<void> {
  const firstDay = Math.floor(Date.now() / 86_400_000) - 1;
  const fleet = new Fleet(`http://127.0.0.1:${at.agentPort}`, {
    ...{ seed: 1, devices: 3, executables: 50, firstDay, meterHour: 8, connections: 2 },
    joinSecret: at.secret,
  });
  await fleet.enrol([0, 1, 2]);
  await fleet.report([0, 1, 2], 8);
  await fleet.report([0, 1, 2], 12);
  await fleet.close();
  const metrics = async () => (await fetch(`http://127.0.0.1:${at.adminPort}/metrics`)).text();
  await vi.waitUntil(async () => (await metrics()).includes('derive_seconds_count{kind="usage-day"}'), {
    timeout: 60_000,
    interval: 200,
  });
  await vi.waitUntil(async () => isDerived(await metrics()), { timeout: 60_000, interval: 200 });
  await vi.waitUntil(async () => /fleetmeter_audit_finished_timestamp_seconds [1-9]/.test(await metrics()), {
    timeout: 60_000,
    interval: 200,
  });
  const applications = async () =>
    await (await fetch(`http://127.0.0.1:${at.adminPort}/api/applications`)).text();
  await vi.waitUntil(async () => (await applications()).includes('"devices":'), {
    timeout: 60_000,
    interval: 200,
  });
  expect(await metrics()).not.toMatch(/^fleetmeter_clickhouse_failures_total\{[^}]*\} [1-9]/m);
  expect(await metrics()).not.toMatch(/^fleetmeter_(?:audit|recompute)_failures_total(?:\{[^}]*\})? [1-9]/m);
}

/** Everything received is processed, and nothing waits to be derived. */
function isDerived(text: string): boolean {
  const metric = (name: string) => Number(new RegExp(`^fleetmeter_${name} (.+)$`, 'm').exec(text)?.[1]);
  return metric('stream_head') === metric('control_checkpoint') && metric('control_dirty_marks') === 0;
}

describe('with exactly the grants that are listed', { timeout: 300_000 }, () => {
  test('a collector makes its tables, processes, derives and audits; a reader sees the final ones only', async () => {
    await serverGranting([...WORKING, ...MIGRATING]);
    const started = await collectorAt();
    try {
      await reportAndSee(started);
    } finally {
      await started.collector.close();
    }
    const clickhouse = connectClickHouse(address());
    try {
      expect(isAtLeast(await requireVersion(clickhouse), '26.7')).toBe(true);
      const wanted = await expectedSchema(Date.now);
      const differences = async () => schemaDifferences(wanted, await describeSchema(clickhouse, DATABASES));
      expect(await differences()).toEqual([]);
      expect(wanted.size).toBeGreaterThan(25);
      await clickhouse.command('ALTER TABLE {facts}.usage MODIFY SETTING fsync_after_insert = 0');
      await clickhouse.command('DROP VIEW {final}.devices');
      expect(await differences()).toEqual([
        '{final}.devices is missing',
        '{facts}.usage: setting fsync_after_insert is 0, and should be 1',
      ]);
    } finally {
      await clickhouse.close();
    }

    const reader = await serverGranting(READING);
    for (const [table, least] of [
      ['applications', 1],
      ['installations', 1],
      ['usage_daily', 1],
      ['device_usage_daily', 1],
      ['executables', 1],
    ] as const)
      expect(Number(await reader.must(`SELECT count() FROM ${NAME}.${table}`))).toBeGreaterThanOrEqual(least);
    for (const statement of [
      `SELECT count() FROM ${NAME}_facts.usage`,
      `SELECT dictGet('${NAME}_facts.device_of', 'device_id64', toUInt64(1))`,
      `INSERT INTO ${NAME}.usage_daily (day) SELECT today()`,
      `TRUNCATE TABLE ${NAME}.usage_daily`,
      `DROP VIEW ${NAME}.applications`,
      "SELECT * FROM file('/etc/passwd', 'LineAsString')",
      "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString', 'x String')",
    ])
      expect([statement, (await reader.write(statement)).text]).toEqual([
        statement,
        expect.stringContaining('(ACCESS_DENIED)'),
      ]);
  });

  test('one that may not make tables says so, and works in those that an administrator made', async () => {
    rmSync(join(dataDir, 'db'), { recursive: true, force: true });
    await engine?.stop();
    rmSync(join(dataDir, 'db'), { recursive: true, force: true });
    await serverGranting(WORKING);
    await expect(collectorAt()).rejects.toThrow(
      /^the tables at the ClickHouse server are not those of this version, and the collector may not change them \(.*CREATE DATABASE.*\): have "schema --print" run/,
    );
    const administrator = await serverGranting('all');
    const password = writerSecret(dataDir);
    const statements = printedSchema(DATABASES, writerUser)
      .replaceAll("PASSWORD 'PASSWORD'", `PASSWORD '${password}'`)
      .replace(/^--.*$/gm, '')
      .split(/;$/m)
      .map((statement) => statement.trim())
      .filter((statement) => statement !== '');
    for (const statement of statements) await administrator.must(statement);
    // Every statement of the roles for readers is one that a server understands.
    for (const statement of readerStatements(DATABASES).filter((each) => !each.startsWith('--')))
      await administrator.must(`SELECT formatQuery(unhex('${Buffer.from(statement).toString('hex')}'))`);
    await serverGranting(WORKING);
    const started = await collectorAt();
    try {
      await reportAndSee(started);
    } finally {
      await started.collector.close();
    }
  });
});

test('who is not trusted, not let in, or too old is told so before anything is sent or written', {
  timeout: 60_000,
}, async () => {
  await serverGranting('all');
  const other = join(folder, 'other.pem');
  writeFileSync(other, (await clientAuthority('other')).ca);
  await expect(collectorAt({ clickhouseCaFile: other })).rejects.toThrow(/certificate/i);
  await expect(collectorAt({ clickhouseUser: 'somebody' })).rejects.toThrow(/Authentication failed/);
  for (const version of ['26.6.9.1', '25.12.1', '18.16.1', '', 'x']) {
    const old = { rows: async () => [{ version }] } as never;
    await expect(requireVersion(old)).rejects.toThrow(
      /is version .*, and 26\.7 or newer is needed: upgrade it/,
    );
  }
  for (const version of ['26.7.2.1', '26.10.1', '27.1.1.1-lts'])
    expect(isAtLeast(version, '26.7')).toBe(true);
});
