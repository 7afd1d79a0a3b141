/**
 * Settings and pause between a collector that receives and an agent as a process of its own: from the administrator's
 * command to what the agent observes and sends. No engine: what counts is what arrives.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { decodeIdList, encodeJoinString, Report } from '@fleetmeter/proto';
import { reopenVerifiedEnvelope } from '@fleetmeter/proto/opening';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type ReceivingCollector,
  startReceiving,
} from '../../collector/src/receive/fixtures/receiving-collector.ts';
import { applyGroups, runCommand } from '../../collector/src/settings/fixtures/run-command.ts';

const AGENT = new URL('../../agent/bin/fleetmeter-agent.mjs', import.meta.url).pathname;
const AT_ONCE = [{ percent: 100, afterMinutes: 0 }];
let folder: string;
let collector: ReceivingCollector;
let agent: ChildProcess;
const program = (name: string): string => join(folder, name);

beforeAll(async () => {
  collector = await startReceiving();
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'fleetmeter-settings-')));
  for (const name of ['root', 'added', 'forbidden']) {
    mkdirSync(join(folder, name));
    copyFileSync('/bin/sleep', join(folder, name, 'first'));
    // Another content, so another executable.
    writeFileSync(join(folder, name, 'first'), name, { flag: 'a' });
  }
  writeFileSync(
    join(folder, 'agent.json'),
    JSON.stringify({
      ...{ reportIntervalSeconds: 1, usageFlushSeconds: 0.5, settleMs: 100 },
      ...{ firstScanDelaySeconds: 0, hashMebibytesPerSecond: 0, hashCpuPercent: 0, hashGently: false },
    }),
  );
  writeFileSync(
    join(folder, 'ceiling.json'),
    JSON.stringify({ tellUsersApart: false, roots: [program('root'), program('added')] }),
  );
  const { secret } = collector.control.tokens.create(
    { uses: 1, expiresAt: Number.MAX_SAFE_INTEGER, group: 'office', note: '' },
    0,
  );
  const addresses = [`http://127.0.0.1:${collector.port}`];
  await agentCommand('enrol', encodeJoinString({ addresses, secret, authorities: [] }));
  agent = spawn(process.execPath, [AGENT, 'run', ...flags()], { stdio: 'ignore' });
}, 60_000);
afterAll(async () => {
  agent?.kill('SIGKILL');
  await collector.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const flags = (): string[] => [
  ...['--config', join(folder, 'agent.json'), '--data-dir', join(folder, 'data')],
  ...['--ceiling-file', join(folder, 'ceiling.json')],
];
const agentCommand = (...args: string[]) =>
  promisify(execFile)(process.execPath, [AGENT, ...args, ...flags()]);
const status = async () => JSON.parse((await agentCommand('status', '--json')).stdout);

async function reports(): Promise<Report[]> {
  const { records } = await collector.stream.read(0, { maxRecords: 100_000, maxBytes: 1 << 28 });
  return records
    .filter(({ kind }) => kind === 'report')
    .map(({ envelope }) => Report.decode(reopenVerifiedEnvelope(envelope, 'Report', 1 << 24).message));
}

/** Ids present after these reports. */
function inventoryOf(all: readonly Report[]): Set<string> {
  const ids = new Set<string>();
  for (const { inventory } of all) {
    if (inventory?.baseline) ids.clear();
    for (const id of decodeIdList(Uint8Array.from(inventory?.presentIds ?? []))) ids.add(id);
    for (const id of decodeIdList(Uint8Array.from(inventory?.absentIds ?? []))) ids.delete(id);
  }
  return ids;
}

/** Seconds of coverage that these reports tell of. */
function coverageOf(all: readonly Report[]): number {
  const most = new Map<string, number>();
  for (const { usage } of all)
    for (const { day, run, seconds } of usage?.coverage ?? []) {
      const name = `${day} ${Buffer.from(usage?.runs ?? [])
        .toString('hex')
        .slice((run ?? 0) * 16, ((run ?? 0) + 1) * 16)}`;
      most.set(name, Math.max(most.get(name) ?? 0, seconds ?? 0));
    }
  return [...most.values()].reduce((a, b) => a + b, 0);
}

async function until<T>(what: string, ask: () => Promise<T>, right: (value: T) => boolean): Promise<T> {
  const end = performance.now() + 30_000;
  for (;;) {
    const value = await ask();
    if (right(value)) return value;
    if (performance.now() > end)
      throw new Error(`not within 30 s: ${what}; last ${JSON.stringify(value)?.slice(0, 500)}`);
    await sleep(200);
  }
}

test('settings of the group take effect and are confirmed; the ceiling of the device wins', async () => {
  // Of the usual roots the ceiling lets nothing through.
  await until('a baseline', reports, (all) => all.some(({ inventory }) => inventory?.baseline));
  expect(inventoryOf(await reports()).size).toBe(0);
  await applyGroups(collector.dataDir, {
    office: {
      settings: {
        sampleIntervalSeconds: 1,
        additionalRoots: [program('root'), program('added'), program('forbidden')],
        tellUsersApart: true,
      },
      rings: AT_ONCE,
    },
    finance: { settings: { meterUsage: false }, rings: AT_ONCE },
  });
  await until(
    'confirmed',
    async () => (await reports()).at(-1)?.settingsVersion,
    (version) => version === 1,
  );
  await until(
    'the added roots',
    async () => inventoryOf(await reports()).size,
    (size) => size === 2,
  );
  const { agent: shown } = await until(
    'a new status',
    status,
    ({ agent: each }) => each.settings.version === 1,
  );
  expect(shown.settings).toMatchObject({
    group: 'office',
    values: {
      reportIntervalSeconds: { value: 1, origin: 'device' },
      sampleIntervalSeconds: { value: 1, origin: 'collector' },
      additionalRoots: { value: [program('root'), program('added')], origin: 'ceiling' },
      tellUsersApart: { value: false, origin: 'ceiling' },
      meterUsage: { value: true, origin: 'default' },
    },
  });
}, 90_000);

test('a paused agent observes and tells nothing, over a restart, until it is resumed', async () => {
  const napper = spawn(program('root/first'), ['600'], { stdio: 'ignore' });
  await until('its usage', reports, (all) =>
    all.some(({ usage }) => usage?.records?.some(({ seconds }) => (seconds ?? 0) >= 2)),
  );
  await runCommand(collector.dataDir, ['fleet', 'pause', '--group', 'office']);
  // The report in flight when it heard of the pause may still tell of the time before.
  await until(
    'confirmed',
    async () => (await reports()).at(-1)?.settingsVersion,
    (version) => (version ?? 0) > 2,
  );
  const before = await reports();
  await until('a paused status', status, ({ agent: { settings } }) => settings.paused_until !== null);
  expect((await agentCommand('status')).stdout).toMatch(
    /^paused +by the collector until it says otherwise; without contact until 20/m,
  );
  copyFileSync(program('root/first'), program('root/second'));
  writeFileSync(program('root/second'), 'another', { flag: 'a' });
  const unseen = spawn(program('root/second'), ['5'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => unseen.once('exit', resolve));

  agent.kill('SIGKILL');
  agent = spawn(process.execPath, [AGENT, 'run', ...flags()], { stdio: 'ignore' });
  await until('reports after the restart', reports, ({ length }) => length >= before.length + 6);
  await ended;
  const meanwhile = (await reports()).slice(before.length);
  for (const { inventory, usage, cost, host } of meanwhile)
    expect([inventory, usage, cost, host].map((each) => each ?? undefined)).toEqual(Array(4).fill(undefined));

  const coverageBefore = coverageOf(before);
  const resumedAt = Date.now();
  await runCommand(collector.dataDir, ['fleet', 'resume']);
  await until(
    'the new program',
    async () => inventoryOf(await reports()).size,
    (size) => size === 3,
  );
  const known = inventoryOf(before);
  const [second] = [...inventoryOf(await reports())].filter((id) => !known.has(id));
  const later = await until(
    'usage again',
    async () => (await reports()).slice(before.length),
    (all) => all.some(({ usage }) => usage?.records?.length),
  );
  const used = later.flatMap(({ usage }) =>
    (usage?.records ?? []).map(({ executableId }) => decodeIdList(Uint8Array.from(executableId ?? []))[0]),
  );
  expect(used).not.toContain(second);
  // This computer runs more than that; the ceiling lets none of it be metered.
  expect(used.filter((id) => !known.has(id as string))).toEqual([]);
  // Observed since then, by the clock of this test, and whole seconds of what was in flight.
  const observed = coverageOf(await reports()) - coverageBefore;
  expect(observed).toBeLessThanOrEqual((Date.now() - resumedAt) / 1000 + 2);
  napper.kill();

  const shown = async () =>
    JSON.parse(
      (await runCommand(collector.dataDir, ['settings', 'show', '--group', 'office', '--json'])).printed,
    )[0];
  const office = await until('counted', shown, ({ version, devices }) => devices[0].version === version);
  expect(office).toMatchObject({ paused_at: null, devices: [{ version: office.version, devices: 1 }] });
}, 120_000);

test('a ceiling that forbids metering holds against the collector, and for what was metered before', async () => {
  const napper = spawn(program('root/first'), ['600'], { stdio: 'ignore' });
  await until('metered', status, ({ agent: { usage } }) => usage.running > 0);
  agent.kill('SIGKILL');
  writeFileSync(
    join(folder, 'ceiling.json'),
    JSON.stringify({ meterUsage: false, roots: [program('root'), program('added')] }),
  );
  const settings = { meterUsage: true, tellUsersApart: true, additionalRoots: [program('root')] };
  await applyGroups(collector.dataDir, { office: { settings, rings: AT_ONCE } });
  const before = (await reports()).length;
  agent = spawn(process.execPath, [AGENT, 'run', ...flags()], { stdio: 'ignore' });
  await until('reports', reports, ({ length }) => length >= before + 6);
  // The first may be one that was in flight.
  const later = (await reports()).slice(before + 1);
  expect(later.filter(({ usage }) => usage)).toEqual([]);
  const shown = await until(
    'a new status',
    status,
    ({ agent: each }) => each.settings.values.meterUsage.value === false,
  );
  expect(shown.agent.settings.values.meterUsage).toEqual({ value: false, origin: 'ceiling' });
  expect(shown.usage_rows_to_send).toBe(0);
  using kept = new DatabaseSync(join(folder, 'data/agent/agent.db'), { readOnly: true });
  expect(kept.prepare('SELECT count(*) AS rows FROM usage').get()).toEqual({ rows: 0 });
  napper.kill();
}, 90_000);
