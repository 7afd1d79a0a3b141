/**
 * Moving house: the collector goes to another address under another authority, and no device is touched. Agents are
 * everything that sends, over real TLS and real files; collectors receive for real; commands are the program's own.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../fakes/free-port.ts';
import { type ReceivingHalf, startReceivingHalf } from './receiving-half.ts';
import { ReportingAgent } from './reporting-agent.ts';

const COLLECTOR = join(import.meta.dirname, '../../collector/bin/fleetmeter-collector.mjs');
const run = promisify(execFile);
const DAY_MS = 86_400_000;
const TRY_BETTER_AFTER_MS = 2_000;

let folder: string;
let open: { close(): Promise<void> }[];
let agents: ReportingAgent[];
/** How far the agents' wall clocks are ahead. */
let aheadMs: number;
let oldPort: number;
let newPort: number;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-moving-'));
  [open, agents, aheadMs] = [[], [], 0];
  [oldPort, newPort] = [await freePort(), await freePort()];
});
afterEach(async () => {
  for (const agent of agents) await agent.end();
  for (const each of open) await each.close();
  rmSync(folder, { recursive: true, force: true });
});

const dataDir = (name: string) => join(folder, name);
const urlOf = (port: number) => `https://127.0.0.1:${port}`;

async function start(name: string, port: number): Promise<ReceivingHalf> {
  const half = await startReceivingHalf(dataDir(name), port);
  open.push(half);
  return half;
}
async function stop(half: ReceivingHalf): Promise<void> {
  open.splice(open.indexOf(half), 1);
  await half.close();
}
/** Beside the agents and collectors of this process, which go on meanwhile. */
async function command<T>(name: string, ...args: string[]): Promise<T> {
  const { stdout } = await run(
    process.execPath,
    [COLLECTOR, ...args, '--json', '--data-dir', dataDir(name)],
    { timeout: 60_000 },
  );
  return JSON.parse(stdout) as T;
}
interface MoveStatus {
  notice: { serial: number; addresses: string[] } | null;
  devices: number;
  confirmed: number;
  waiting: number;
  none: number;
}
const moveStatus = (name: string) => command<MoveStatus>(name, 'move', 'status');

/** Agents that join with one string, and report every second. */
async function letJoin(count: number): Promise<string> {
  const address = ['--address', urlOf(oldPort)];
  const { joinString } = await command<{ joinString: string }>(
    'old',
    'token',
    'create',
    '--uses',
    `${count}`,
    ...address,
  );
  for (let index = 0; index < count; index++) agents.push(newAgent(index, joinString));
  return joinString;
}
function newAgent(index: number, joinString?: string): ReportingAgent {
  return new ReportingAgent({
    folder: dataDir(`agent-${index}`),
    ...(joinString && { joinString }),
    aheadMs: () => aheadMs,
    tryBetterAfterMs: TRY_BETTER_AFTER_MS,
  });
}
async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  seconds = 90,
): Promise<void> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(100))
    if (await holds()) return;
  const behind = agents.toSorted((a, b) => a.acknowledged - b.acknowledged).slice(0, 3);
  const states = behind.map(({ link, courier, acknowledged, warnings }) => ({
    addresses: link.exchange.states(),
    counts: courier.counts,
    acknowledged,
    warnings: warnings.slice(-5),
  }));
  throw new Error(`not within ${seconds} s: ${what}; furthest behind: ${JSON.stringify(states, null, 1)}`);
}
/** Each agent has two more reports acknowledged, where `at` says. */
async function allReport(at?: string): Promise<void> {
  const before = agents.map(({ acknowledged }) => acknowledged);
  await eventually(`all report${at ? ` to ${at}` : ''}`, () =>
    agents.every(
      ({ acknowledged, link }, index) =>
        acknowledged >= (before[index] as number) + 2 && (!at || link.exchange.url === at),
    ),
  );
}
const allKnow = (serial: number) =>
  eventually('all devices confirm the notice', async () => {
    const { notice, confirmed, waiting } = await moveStatus('old');
    return notice?.serial === serial && confirmed === agents.length && waiting === 0;
  });
/** Ends the agents. Every report that a collector ever acknowledged is in this one's stream; how many those were. */
async function allAcknowledgedIn(half: ReceivingHalf): Promise<number> {
  const last = new Map<string, number>();
  for (const agent of agents.splice(0)) {
    expect(agent.courier.counts.refused).toBe(0);
    last.set(agent.deviceId, agent.acknowledged);
    await agent.end();
  }
  const stored = await half.sequences();
  for (const [device, sequence] of last) {
    const got = new Set(stored.get(device));
    const missing = Array.from({ length: sequence }, (_, index) => index + 1).filter(
      (each) => !got.has(each),
    );
    expect([device, missing]).toEqual([device, []]);
  }
  return [...last.values()].reduce((sum, each) => sum + each, 0);
}
/** What an administrator carries over; the authority stays behind. */
function carryOver(from: string, to: string): void {
  for (const each of ['control.db', 'control.db-wal', 'control.db-shm', 'stream', 'notice-key.pem']) {
    const [source, target] = [from, to].map((name) => join(dataDir(name), 'collector', each)) as [
      string,
      string,
    ];
    rmSync(target, { recursive: true, force: true });
    try {
      cpSync(source, target, { recursive: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

test('50 agents follow the collector to another address and authority, untouched; nothing is lost', async () => {
  const first = await start('old', oldPort);
  const joinString = await letJoin(50);
  await allReport();
  const devices = agents.map(({ deviceId }) => deviceId);
  expect(new Set(devices).size).toBe(50);

  // The new place starts once, which makes its authority.
  const prepared = await start('new', newPort);
  await stop(prepared);
  expect(readFileSync(prepared.authorityFile, 'utf8')).not.toBe(readFileSync(first.authorityFile, 'utf8'));
  const address = ['--address', urlOf(newPort), '--authority', prepared.authorityFile];
  const { serial } = await command<{ serial: number }>('old', 'move', 'announce', ...address);
  await allKnow(serial);
  // Nobody is there yet: they go on reporting to the old place.
  await allReport();
  expect(await first.metricsText()).toContain(`fleetmeter_control_notice_serial ${serial}`);

  await stop(first);
  carryOver('old', 'new');
  const second = await start('new', newPort);
  const movedAt = performance.now();
  await allReport(urlOf(newPort));
  console.log(
    `50 of 50 report to the new place, ${((performance.now() - movedAt) / 1000).toFixed(1)} s after it started`,
  );
  expect(agents.map(({ deviceId }) => deviceId)).toEqual(devices);
  expect(second.control.deviceCount()).toBe(50);
  expect(await moveStatus('new')).toMatchObject({ devices: 50, confirmed: 50, waiting: 0 });

  // The time of the notice is over: the new place is the only one they know.
  aheadMs = 31 * DAY_MS;
  await allReport(urlOf(newPort));
  for (const { link } of agents) {
    expect(link.exchange.states().map(({ url }) => url)).toEqual([urlOf(newPort)]);
    expect(link.moves.status()).toMatchObject({
      serial,
      announced: null,
      settled: [urlOf(newPort)],
      ignored: {},
    });
  }

  const reports = await allAcknowledgedIn(second);
  for (let index = 0; index < 50; index++)
    expect(readFileSync(join(dataDir(`agent-${index}`), 'join-string'), 'utf8').trim()).toBe(joinString);
  console.log(`${reports} acknowledged reports of 50 devices, all of them in the stream that moved`);
}, 300_000);

/** A collector, some agents that report to it, and a notice that all of them know. */
async function announced(count: number): Promise<{ half: ReceivingHalf; serial: number }> {
  const half = await start('old', oldPort);
  await letJoin(count);
  await allReport();
  const { serial } = await command<{ serial: number }>(
    'old',
    'move',
    'announce',
    '--address',
    urlOf(newPort),
  );
  await allKnow(serial);
  return { half, serial };
}
const places = () => agents.map(({ link }) => link.exchange.states().map(({ url }) => url));
const everyAgent = <T>(each: T): T[] => agents.map(() => each);

test('a place that never answers: reports go on at the old one, and after 30 days it is forgotten', async () => {
  const { half } = await announced(4);
  expect(places()).toEqual(everyAgent([urlOf(newPort), urlOf(oldPort)]));
  await allReport(urlOf(oldPort));
  aheadMs = 30 * DAY_MS;
  await allReport(urlOf(oldPort));
  expect(places()).toEqual(everyAgent([urlOf(oldPort)]));
  const switches = agents.map(({ link }) => link.exchange.switches);
  await sleep(TRY_BETTER_AFTER_MS + 1_000);
  await allReport(urlOf(oldPort));
  expect(agents.map(({ link }) => link.exchange.switches)).toEqual(switches);
  await allAcknowledgedIn(half);
}, 180_000);

test('a move that is called off: the old place alone, within a report', async () => {
  const { serial } = await announced(4);
  const off = await command<{ serial: number }>('old', 'move', 'cancel');
  expect(off.serial).toBeGreaterThan(serial);
  await allKnow(off.serial);
  expect(places()).toEqual(everyAgent([urlOf(oldPort)]));
  await expect(command('old', 'move', 'cancel')).rejects.toThrow(/no move is announced at present/);
}, 180_000);

test('another collector at the new place gets nothing: not one report is refused for good, nobody joins it', async () => {
  const { half, serial } = await announced(4);
  // It even has the authority that the notice names.
  cpSync(dataDir('old/collector/authority'), dataDir('other/collector/authority'), { recursive: true });
  const other = await start('other', newPort);
  await eventually('all have met the other collector', () =>
    agents.every(({ link }) => /does not know this device/.test(link.exchange.states()[0]?.failure ?? '')),
  );
  await allReport(urlOf(oldPort));
  expect(other.control.deviceCount()).toBe(0);
  expect(await moveStatus('old')).toMatchObject({ notice: { serial }, devices: 4, confirmed: 4 });
  await allAcknowledgedIn(half);
}, 180_000);

test('a device that joined before there were notices asks for the key, and stays itself', async () => {
  await start('old', oldPort);
  await letJoin(1);
  await allReport();
  const [agent] = agents as [ReportingAgent];
  const { noticeKey, ...enrolment } = agent.store.facts.read('enrolment') as {
    noticeKey: string;
    deviceId: string;
  } & {
    collectorId: string;
    collectorUrl: string;
  };
  expect(noticeKey).toMatch(/^[0-9a-f]{64}$/);
  agent.store.facts.write('enrolment', enrolment);
  const { serial } = await command<{ serial: number }>(
    'old',
    'move',
    'announce',
    '--address',
    urlOf(newPort),
  );
  await allKnow(serial);
  expect(agent.store.facts.read('enrolment')).toEqual({ ...enrolment, noticeKey });
}, 120_000);
