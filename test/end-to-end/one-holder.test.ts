/**
 * One collector and one engine to a data folder, one agent to a state folder (R35). The first of each is stopped while the
 * second tries, so that every byte of the folder can be compared: whoever comes second has touched nothing.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../fakes/free-port.ts';
import { FleetOfOne } from './fleet-of-one.ts';

/** On a machine that has a processor for it; with others waiting for theirs it takes its share of longer. */
const LONGEST_MS = 2_000 * Math.max(1, (loadavg()[0] as number) / availableParallelism());
/** The machine may have a bad moment. */
const TRIES = 3;
let fleet: FleetOfOne;
let pids: { collector: number; engine: number; agent: number | undefined };

beforeAll(async () => {
  fleet = await FleetOfOne.create();
  fleet.startCollector();
  await fleet.ready();
  fleet.startAgent();
  await fleet.eventually(
    'the agent has reported',
    async () => (await fleet.sql('SELECT 1 FROM fleetmeter.devices')).length === 1,
    40,
  );
  pids = await fleet.pids();
}, 120_000);
afterAll(() => fleet?.close());

interface Ending {
  code: number;
  stderr: string;
  milliseconds: number;
}

/** Its outcome, and how long it took. */
async function run(
  program: string,
  args: string[],
  environment: Record<string, string> = {},
): Promise<Ending> {
  const began = performance.now();
  const options = { env: { ...fleet.environment, ...environment }, timeout: 30_000 };
  try {
    await promisify(execFile)(process.execPath, [program, ...args], options);
    return { code: 0, stderr: '', milliseconds: performance.now() - began };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, stderr, milliseconds: performance.now() - began };
  }
}

/** Every file below the data folder: name, content, and when it was last written. */
function contents(): string[] {
  return readdirSync(join(fleet.folder, 'data'), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${path} ${statSync(path).mtimeMs} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
    })
    .sort();
}

/** The best of several, all of which must be refused in one line and change nothing. */
async function refused(program: string, args: string[], line: RegExp): Promise<void> {
  const stopped = [pids.collector, pids.engine, pids.agent as number];
  for (const pid of stopped) process.kill(pid, 'SIGSTOP');
  try {
    const before = contents();
    expect(before.length).toBeGreaterThan(20);
    const times: number[] = [];
    for (let tried = 0; tried < TRIES; tried++) {
      const { code, stderr, milliseconds } = await run(program, args, {
        FLEETMETER_ADMIN_PORT: String(await freePort()),
        FLEETMETER_AGENT_PORT: String(await freePort()),
        FLEETMETER_SQL_PORT: String(await freePort()),
        FLEETMETER_PARENT_PIPE: '0',
      });
      expect(stderr).toMatch(line);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(code).toBe(1);
      times.push(Math.round(milliseconds));
      expect(contents()).toEqual(before);
    }
    console.log(
      `${args[0]}: refused ${TRIES} times, in ${times.join(', ')} ms, allowed ${Math.round(LONGEST_MS)}; ${before.length} files untouched`,
    );
    expect(Math.min(...times)).toBeLessThan(LONGEST_MS);
  } finally {
    for (const pid of stopped) process.kill(pid, 'SIGCONT');
  }
}

test('a second collector', async () => {
  await refused(
    fleet.collectorProgram,
    ['serve', '--config', join(fleet.folder, 'collector.json')],
    new RegExp(
      `^fleetmeter-collector: another collector \\(process ${pids.collector}\\) is using .*; stop it, or choose another`,
    ),
  );
}, 60_000);

test('a second engine', async () => {
  await refused(
    fleet.collectorProgram,
    ['engine', '--data-dir', join(fleet.folder, 'data/engine'), '--port', String(await freePort())],
    new RegExp(
      `^fleetmeter engine: the data folder .* is in use by process ${pids.engine}: only one engine may open it`,
    ),
  );
}, 60_000);

test('a second agent', async () => {
  await refused(
    fleet.agentProgram,
    ['run', '--config', join(fleet.folder, 'agent.json')],
    /another agent is running on /,
  );
}, 60_000);

test('the first of each goes on as if nothing had been', async () => {
  await fleet.ready();
  const [before] = await fleet.sql<{ reports: number }>('SELECT reports FROM fleetmeter.devices');
  await fleet.eventually(
    'more reports are counted',
    async () => {
      const [now] = await fleet.sql<{ reports: number }>('SELECT reports FROM fleetmeter.devices');
      return (now?.reports ?? 0) > (before?.reports ?? 0) + 2;
    },
    60,
  );
  expect((await fleet.pids()).collector).toBe(pids.collector);
}, 90_000);

test('command lines work beside them', async () => {
  const config = ['--config', join(fleet.folder, 'collector.json')];
  for (const args of [
    ['device', 'list', '--json'],
    ['token', 'create', '--json'],
    ['token', 'list'],
    ['group', 'list'],
    ['settings', 'show'],
    ['retention', 'show', '--json'],
    ['quarantine', 'list', '--json'],
    ['processing', 'status', '--json'],
    ['backup', join(fleet.folder, 'backup'), '--json'],
    ['backup', 'verify', join(fleet.folder, 'backup')],
  ]) {
    const { code, stderr } = await run(fleet.collectorProgram, [...args, ...config]);
    expect([args.join(' '), code, stderr]).toEqual([args.join(' '), 0, '']);
  }
  expect((await fleet.agentStatus()).running ?? true).toBe(true);
}, 90_000);
