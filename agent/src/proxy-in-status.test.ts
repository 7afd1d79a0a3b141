/** The whole agent behind a proxy that does not let it through: what its user reads. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeJoinString } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ConnectProxy, listenProxy } from './send/fixtures/connect-proxy.ts';

const BIN = new URL('../bin/fleetmeter-agent.mjs', import.meta.url).pathname;

let folder: string;
let proxy: ConnectProxy;
let agent: ChildProcess | undefined;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-proxied-'));
  mkdirSync(join(folder, 'root'));
  proxy = await listenProxy({ wants: 'me:right' });
});
afterEach(async () => {
  agent?.kill('SIGKILL');
  await proxy.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function configure(more: object): string[] {
  const config = join(folder, 'agent.json');
  const short = {
    reportIntervalSeconds: 1,
    usageFlushSeconds: 0.5,
    sampleIntervalSeconds: 1,
    firstScanDelaySeconds: 0,
  };
  writeFileSync(
    config,
    JSON.stringify({ dataDir: join(folder, 'data'), roots: [join(folder, 'root')], ...short, ...more }),
  );
  return ['--config', config];
}
const environment = () => ({ ...process.env, HTTPS_PROXY: proxy.url, NO_PROXY: 'other.example' });

/** Off the event loop of this process, on which the proxy lives. */
async function command(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [BIN, ...args], { env: environment() });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      text += chunk;
    });
  await new Promise((resolve) => child.on('close', resolve));
  return text;
}

const joinString = encodeJoinString({
  addresses: ['https://fleet.example:8711'],
  secret: 'the-secret-of-a-token',
  authorities: ['a'.repeat(64)],
});

test('407 of the environment’s proxy: enrol says so and keeps the join string, status says so while it lasts', async () => {
  const flags = configure({});
  const place = new URL(proxy.url).host;
  expect(await command('enrol', joinString, ...flags)).toContain(
    `kept; the agent joins when a collector lets it in (https://fleet.example:8711: the proxy ${place} refuses: 407, it wants a name and a password`,
  );
  agent = spawn(process.execPath, [BIN, 'run', ...flags], { env: environment(), stdio: 'ignore' });
  const status = () => spawnSync(process.execPath, [BIN, 'status', ...flags], { encoding: 'utf8' }).stdout;
  await expect
    .poll(status, { timeout: 30_000, interval: 500 })
    .toMatch(/tries in a row failed: the proxy .* refuses: 407/);
  expect(status()).toContain(`https://fleet.example:8711 through the proxy ${place}`);
}, 60_000);

test('a proxy of the agent’s own beats the environment’s, and its password is nowhere', async () => {
  const own = await listenProxy({ answers: '403 Forbidden' });
  const flags = configure({ proxyUrl: own.url.replace('//', '//me:hunter2@') });
  const told = await command('enrol', joinString, ...flags);
  expect(told).toContain(
    `the proxy ${new URL(own.url).host} refuses: 403. Its rules must allow CONNECT to fleet.example:8711`,
  );
  expect(told).not.toContain('hunter2');
  expect([own.asked, proxy.asked]).toEqual([['fleet.example:8711'], []]);
  await own.close();
}, 30_000);
