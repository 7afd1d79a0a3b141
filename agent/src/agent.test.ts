/** The whole agent as a process of its own, over a small root, against a real HTTP server. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeEvidence, type Report } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { agentFolderFlags, makeAgentFolder } from './fixtures/agent-folder.ts';
import { until } from './fixtures/until.ts';
import { ScriptedCollector } from './send/fixtures/scripted-collector/scripted-collector.ts';

const BIN = new URL('../bin/fleetmeter-agent.mjs', import.meta.url).pathname;
const SAMPLE_SECONDS = 1;

let folder: string;
let collector: ScriptedCollector;
let url: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = makeAgentFolder('agent');
  collector = new ScriptedCollector();
  url = await collector.listen();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await collector.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

interface Running {
  child: ChildProcess;
  exit: Promise<number | null>;
  log: () => string;
}

function start(environment: Record<string, string> = {}): Running {
  const timing = ['--report-interval-seconds', '1', '--usage-flush-seconds', '0.5', '--settle-ms', '200'];
  const sampling = ['--sample-interval-seconds', String(SAMPLE_SECONDS), '--collector-url', url];
  const child = spawn(process.execPath, [BIN, 'run', ...agentFolderFlags(folder), ...timing, ...sampling], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  });
  children.push(child);
  let log = '';
  child.stderr?.on('data', (chunk) => {
    log += chunk;
  });
  const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
  return { child, exit, log: () => log };
}

const epochsOf = (reports: readonly Report[]): string[] =>
  reports.map(({ epoch }) => Buffer.from(epoch?.id ?? []).toString('hex'));

function problemsInStatus(): string[] {
  const { stdout } = spawnSync(process.execPath, [BIN, 'status', '--json', ...agentFolderFlags(folder)]);
  const { agent } = JSON.parse(stdout.toString()) as { agent: { problems: { code: string }[] } | null };
  return agent?.problems.map(({ code }) => code) ?? [];
}

/** Totals of the program whose normalised path ends so. */
function usageOf(pathEnd: string): { seconds: number; launches: number } {
  const sums = { seconds: 0, launches: 0 };
  for (const [key, values] of collector.usage) {
    const evidence = collector.evidence.get(key.split(' ')[2] as string);
    if (!evidence || !decodeEvidence(evidence).path.endsWith(pathEnd)) continue;
    sums.seconds += values.seconds;
    sums.launches += values.launches;
  }
  return sums;
}

test('finds, reports changes within seconds, and after a restart hashes nothing and reports no change', async () => {
  let agent = start();
  await until('first executable', () => collector.inventory.size === 1 && collector.evidence.size >= 1);
  copyFileSync('/bin/false', join(folder, 'root/second'));
  await until('second executable', () => collector.inventory.size === 2);
  rmSync(join(folder, 'root/second'));
  await until('gone again', () => collector.inventory.size === 1);
  // Stopped before the acknowledgement, it would rightly send the change again.
  await until('nothing left to say', () => collector.reports.at(-1)?.inventory === null);
  agent.child.kill('SIGTERM');
  expect(await agent.exit).toBe(0);

  const before = collector.reports.length;
  agent = start();
  await until('two more reports', () => collector.reports.length >= before + 2);
  const later = collector.reports.slice(before);
  expect(later.every((report) => !report.inventory)).toBe(true);
  expect(later.at(-1)?.cost?.filesHashed).toBe(0);
  expect(collector.resyncs).toBe(0);
}, 40_000);

test('a program that runs for some seconds has them, within one sampling interval, through a kill -9 of the agent', async () => {
  copyFileSync('/bin/sleep', join(folder, 'root/napper'));
  copyFileSync('/bin/sleep', join(folder, 'outsider'));
  let agent = start();
  await until('first scan', () => collector.inventory.size === 2);
  await sleep(1500);
  const startedMs = Date.now();
  const naps = [join(folder, 'root/napper'), join(folder, 'outsider')].map((path) => spawn(path, ['6']));
  const napped = Promise.all(naps.map((nap) => new Promise((resolve) => nap.on('exit', resolve))));
  await sleep(3000);
  agent.child.kill('SIGKILL');
  await agent.exit;
  agent = start();
  await napped;
  const truth = (Date.now() - startedMs) / 1000;
  await sleep(3500);
  for (const path of ['napper', 'outsider']) {
    const { seconds, launches } = usageOf(path);
    expect([path, launches]).toEqual([path, 1]);
    // Two runs round down by less than a second each.
    expect(seconds).toBeGreaterThanOrEqual(truth - SAMPLE_SECONDS - 2);
    expect(seconds).toBeLessThanOrEqual(truth + SAMPLE_SECONDS);
  }
  expect(collector.inventory.size, 'what runs from outside the roots is not installed').toBe(2);
}, 40_000);

test('a damaged store is begun anew, says so, and what is installed never looks uninstalled meanwhile', async () => {
  copyFileSync('/bin/false', join(folder, 'root/second'));
  let agent = start();
  await until('both programs', () => collector.inventory.size === 2);
  agent.child.kill('SIGKILL');
  await agent.exit;

  const configPath = join(folder, 'config.json');
  const slowly = { ...JSON.parse(readFileSync(configPath, 'utf8')), firstScanDelaySeconds: 14_400 };
  writeFileSync(configPath, JSON.stringify(slowly));
  rmSync(join(folder, 'data/agent/agent.db-wal'), { force: true });
  writeFileSync(join(folder, 'data/agent/agent.db'), Buffer.alloc(50_000, 7));
  const [before, epochs] = [collector.reports.length, epochsOf(collector.reports)];
  agent = start();
  await until('a report', () => collector.reports.length > before);
  const [first] = collector.reports.slice(before);
  expect(first?.inventory?.baseline).toBe(true);
  expect(collector.inventory.size).toBe(2);
  expect(epochs).not.toContain(epochsOf([first as Report])[0]);
  expect(agent.log()).toMatch(/the store was damaged: a new one and a new epoch begin/);
  await until('status says so', () => problemsInStatus().includes('store-rebuilt'));
  const aside = /"movedAside":"([^"]+)"/.exec(agent.log())?.[1];
  expect([aside?.includes('agent.db.corrupt-'), existsSync(aside ?? '')]).toEqual([true, true]);
}, 60_000);

test('an agent whose first scan is due later joins, and reports nothing before it has ended', async () => {
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ firstScanDelaySeconds: 14_400 }));
  const agent = start();
  await until('enrolled', () => collector.enrolments === 1);
  await sleep(4_000);
  expect(collector.reports).toEqual([]);
  expect(agent.log()).toMatch(/the first scan waits, and the first report for its end/);
}, 30_000);

test('a second agent on the same folder is refused in one line, at once', async () => {
  const agent = start();
  await until('enrolled', () => collector.enrolments === 1);
  const startedMs = Date.now();
  const second = start();
  expect(await second.exit).toBe(1);
  // Two seconds on a machine that has time.
  expect(Date.now() - startedMs).toBeLessThan(10_000);
  expect(second.log().trim().split('\n')).toEqual([expect.stringContaining('another agent is running')]);
  agent.child.kill('SIGKILL');
  await agent.exit;
  const third = start();
  await until('the lock of a killed agent is free', () => third.log().includes('agent started'));
}, 30_000);

test('ends cleanly when its parent’s pipe closes', async () => {
  const agent = start({ FLEETMETER_PARENT_PIPE: '1' });
  await until('enrolled', () => collector.enrolments === 1);
  agent.child.stdin?.end();
  expect(await agent.exit).toBe(0);
}, 20_000);

test('a scan that is broken off says so, and ends as a failure', async () => {
  writeFileSync(join(folder, 'root/large'), `#!/bin/sh\n${'#'.repeat(20_000_000)}`, { mode: 0o755 });
  const pace = ['--hash-mebibytes-per-second', '1'];
  const child = spawn(process.execPath, [BIN, 'scan', '--json', ...pace, ...agentFolderFlags(folder)]);
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  await sleep(2_000);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect([code, said]).toEqual([1, 'The scan was broken off: the list is not complete.\n']);
}, 20_000);

test('status shows a running agent without disturbing it, scan lists what is there and keeps nothing', async () => {
  const run = (...command: string[]) =>
    spawnSync(process.execPath, [BIN, ...command, ...agentFolderFlags(folder)], { encoding: 'utf8' });
  const none = run('status');
  expect([none.status, none.stderr.trim().split('\n').length]).toEqual([1, 1]);

  const scanned = JSON.parse(run('scan', '--json').stdout);
  expect(scanned.map(({ path }: { path: string }) => path)).toEqual([join(folder, 'root/first')]);
  expect(run('scan').stdout).toContain('1 executables in 1 files');

  start();
  await until('report', () => collector.reports.length >= 2);
  await sleep(1000);
  const status = JSON.parse(run('status', '--json').stdout);
  expect(status).toMatchObject({ running: true, executables_installed: 1, first_scan_finished: true });
  expect(status.last_report.bytes).toBeGreaterThan(100);
  expect(status.agent.filesHashedSinceStart).toBeGreaterThanOrEqual(1);
  expect(run('status').stdout).toMatch(/^installed +1 executables$/m);
}, 30_000);
