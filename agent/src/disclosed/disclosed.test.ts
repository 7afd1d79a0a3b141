/** The whole agent as a process, what left it on the wire, and what `disclosed` shows of that to whom. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeJoinString } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { agentFolderFlags, makeAgentFolder } from '../fixtures/agent-folder.ts';
import { until } from '../fixtures/until.ts';
import { ScriptedCollector } from '../send/fixtures/scripted-collector/scripted-collector.ts';
import { WireWalker } from './fixtures/wire-walker.ts';
import type { Disclosed } from './read-disclosed.ts';

const BIN = new URL('../../bin/fleetmeter-agent.mjs', import.meta.url).pathname;
const [ALICE, BOB, NOBODY_OF_NOTE] = [61_001, 61_002, 61_003];
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('skipped: what other users see of an agent needs root to try');

let folder: string;
let dataDir: string;
let collector: ScriptedCollector;
let url: string;
let bodies: { path: string; body: Buffer }[];
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = makeAgentFolder('disclosed');
  // What the system's folders are: everybody may go through.
  chmodSync(folder, 0o755);
  dataDir = join(folder, 'data');
  writeFileSync(join(folder, 'ceiling.json'), '{"excludedFolders": ["/home/carol"], "homeFolders": false}');
  collector = new ScriptedCollector();
  bodies = [];
  collector.onBody = (path, body) => bodies.push({ path, body });
  url = await collector.listen();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await collector.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const flags = (): string[] => [
  ...agentFolderFlags(folder),
  ...['--ceiling-file', join(folder, 'ceiling.json')],
];

function startAgent(): { child: ChildProcess; exit: Promise<unknown> } {
  const timing = ['--report-interval-seconds', '1', '--usage-flush-seconds', '0.3', '--settle-ms', '100'];
  const child = spawn(
    process.execPath,
    [BIN, 'run', ...flags(), ...timing, '--sample-interval-seconds', '0.3', '--collector-url', url],
    { stdio: 'ignore' },
  );
  children.push(child);
  return { child, exit: new Promise((resolve) => child.once('exit', resolve)) };
}

/** The command, as this user: without rights and without groups. */
function disclosed(uid: number | undefined, ...more: string[]) {
  const who = uid === undefined ? {} : { uid, gid: uid };
  const args = [BIN, 'disclosed', '--data-dir', dataDir, ...more];
  return spawnSync(process.execPath, args, { encoding: 'utf8', cwd: '/', ...who });
}

function shownTo(uid: number | undefined): Disclosed {
  const { stdout, stderr, status } = disclosed(uid, '--json');
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Disclosed;
}

/** What is shown to this user, without the cost of asking for it as he would. */
function useOf(uid: number): string {
  const shown = join(dataDir, 'disclosed');
  try {
    const name = readFileSync(join(shown, 'names', String(uid)), 'utf8').trim();
    return readFileSync(join(shown, 'users', `${name}.json`), 'utf8');
  } catch {
    return '';
  }
}

/** The next report is far away, and the last one is acknowledged. */
async function quiet(): Promise<void> {
  collector.nextReportInSeconds = 600;
  const before = collector.reports.length;
  await until('one more report', () => collector.reports.length > before);
  await sleep(1000);
}

/** Each a program of its own, run by its user. */
function runAs(uid: number, name: string): void {
  const path = join(folder, 'root', name);
  copyFileSync('/bin/sleep', path);
  children.push(spawn(path, ['60'], { uid, gid: uid, stdio: 'ignore', cwd: '/' }));
}

const usersTold = (): Set<string> =>
  new Set([...collector.usage.keys()].map((key) => key.split(' ')[3] as string));

/** Fields on the wire, read without any of the agent's code. */
function fieldsOnTheWire(): Set<string> {
  const walker = new WireWalker();
  return new Set(bodies.flatMap(({ body }) => [...walker.fieldsOf(body)]));
}

test('every field that left is shown with its purpose, every message with its bytes, and nothing else', async () => {
  const joinString = encodeJoinString({
    addresses: [url],
    secret: 'AbCdEfGhIjKlMnOpQrStUv',
    authorities: [],
  });
  const joining = spawn(process.execPath, [BIN, 'enrol', joinString, ...flags()], { stdio: 'ignore' });
  expect(await new Promise((resolve) => joining.once('exit', resolve))).toBe(0);
  const agent = startAgent();
  await until('reports and evidence', () => collector.reports.length >= 3 && collector.evidence.size >= 1);
  collector.fault = (path) => (path === '/v1/report' ? 'lose-answer' : 'none');
  const before = bodies.length;
  await until('a report sent twice', () => bodies.length >= before + 2);
  collector.fault = () => 'none';
  await until('it is acknowledged', () => bodies.length >= before + 4);
  await quiet();
  agent.child.kill('SIGTERM');
  await agent.exit;

  const { device } = shownTo(undefined);
  const onTheWire = fieldsOnTheWire();
  expect(onTheWire.size).toBeGreaterThan(50);
  expect(device.fields.map(({ field }) => field)).toEqual([...onTheWire].sort());
  for (const { field, purpose, kept } of device.fields) {
    expect(purpose, field).toMatch(/^[A-Z].*\.$/);
    expect(purpose, field).not.toMatch(/^Unknown/);
    expect(kept.length, field).toBeGreaterThan(5);
  }
  const sizes = (list: { bytes: number; times?: number }[]): number =>
    list.reduce((sum, { bytes, times = 1 }) => sum + bytes * times, 0);
  expect(sizes(device.messages) + sizes(device.on_their_way)).toBe(
    bodies.reduce((sum, { body }) => sum + body.length, 0),
  );
  expect(sizes(device.days)).toBe(sizes(device.messages));
  const reports = device.messages.filter(({ what }) => what === 'report');
  expect(new Set(reports.map(({ sequence }) => sequence)).size).toBe(reports.length);
  expect(reports.some(({ times }) => times > 1)).toBe(true);
  expect(device.messages.every(({ outcome }) => outcome === 'acknowledged')).toBe(true);
  const walker = new WireWalker();
  const forAll = (fields: Set<string>): string[] => [
    ...new Set([...fields].sort().map((field) => field.replace(/^(UsageRecord|Launches)\..*/, '$1.*'))),
  ];
  for (const { bytes, shape } of device.messages) {
    const same = bodies.filter(({ body }) => body.length === bytes);
    expect(same.map(({ body }) => forAll(walker.fieldsOf(body)))).toContainEqual(device.shapes[shape ?? '']);
  }
  expect(device.told_of_device.hostname).toBe(collector.hostname);
  expect(Object.keys(device.told_of_device)).not.toContain('hardware');
}, 60_000);

test.runIf(isRoot)(
  'on a machine of two, each sees the device and his own use, and nothing of the other',
  async () => {
    const agent = startAgent();
    await until('first scan', () => collector.inventory.size >= 1);
    runAs(ALICE, 'alices-tool');
    runAs(BOB, 'bobs-tool');
    await until('both users are told', () => usersTold().size >= 2);
    await until(
      'both are shown',
      () => useOf(ALICE).includes('alices-tool') && useOf(BOB).includes('bobs-tool'),
      30_000,
    );
    await quiet();
    agent.child.kill('SIGTERM');
    await agent.exit;

    const [alice, bob, third] = [ALICE, BOB, NOBODY_OF_NOTE].map(shownTo) as [
      Disclosed,
      Disclosed,
      Disclosed,
    ];
    expect(alice.own?.use.some(({ program }) => program.endsWith('alices-tool'))).toBe(true);
    expect(bob.own?.use.some(({ program }) => program.endsWith('bobs-tool'))).toBe(true);
    expect(third.own).toBeNull();
    expect(third.device).toEqual(alice.device);
    expect([alice.own?.told_as, bob.own?.told_as].every((user) => usersTold().has(user ?? ''))).toBe(true);

    // What was said on the wire of each is what he is shown.
    for (const { own } of [alice, bob]) {
      const told = [...collector.usage].filter(([key]) => key.endsWith(own?.told_as ?? '-'));
      const [seconds, launches, spans] = [
        told.reduce((sum, [, use]) => sum + use.seconds, 0),
        told.reduce((sum, [, use]) => sum + use.launches, 0),
        told.reduce((sum, [, use]) => sum + use.slots.size, 0),
      ];
      expect(own?.use.reduce((sum, use) => sum + use.seconds, 0)).toBe(seconds);
      expect(own?.use.reduce((sum, use) => sum + use.launches, 0)).toBe(launches);
      expect(own?.use.reduce((sum, use) => sum + use.spans, 0)).toBe(spans);
    }

    // Nothing of the one is in anything that the other can read.
    const readable = (uid: number): string =>
      spawnSync(
        '/bin/sh',
        ['-c', 'cat "$0"/* "$0"/*/* 2>/dev/null; ls -lR "$0" 2>/dev/null', join(dataDir, 'disclosed')],
        {
          ...{ uid, gid: uid, cwd: '/', encoding: 'utf8' as const },
        },
      ).stdout;
    const [forAlice, forBob] = [readable(ALICE), readable(BOB)];
    expect(forAlice).toContain('"messages"');
    for (const word of ['bobs-tool', String(BOB), bob.own?.told_as ?? '-'])
      expect(forAlice).not.toContain(word);
    for (const word of ['alices-tool', String(ALICE), alice.own?.told_as ?? '-'])
      expect(forBob).not.toContain(word);
    expect(forAlice, 'the folder that the ceiling names lies in a home').not.toContain('carol');
    expect(alice.forbidden).toEqual([
      'to look for programs in ~/…',
      'to look for programs in the homes of people',
    ]);

    // A name that cannot be guessed, and nobody else may open it even if he knew.
    const files = readdirSync(join(dataDir, 'disclosed/users'));
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const file of files) {
      expect(file).toMatch(/^[0-9a-f]{32}\.json$/);
      expect(statSync(join(dataDir, 'disclosed/users', file)).mode & 0o777).toBe(0o400);
    }
    expect(statSync(join(dataDir, 'disclosed/users')).mode & 0o777).toBe(0o711);
    expect(statSync(join(dataDir, 'agent')).mode & 0o777).toBe(0o700);

    const text = disclosed(ALICE, '--full').stdout;
    expect(text).toContain('alices-tool');
    // Nobody is told by name or number, and each is told what stands for him.
    for (const user of usersTold()) expect(user).toMatch(/^[0-9a-f]{16}$/);
    expect(text).toContain(`You are told apart as ${alice.own?.told_as}`);
    expect(text).not.toMatch(new RegExp(`\\b${ALICE}\\b`));
    expect(text).toContain('HostFacts.hostname: The name under which people know the device.');
    expect(text).toContain('arguments of programs');
    expect(disclosed(ALICE, '--json', '--since', '2999-01-01').stdout).not.toContain('alices-tool');
  },
  90_000,
);

test.runIf(isRoot)(
  'what a user does to his own files, or puts in the way, leads the agent nowhere',
  async () => {
    const agent = startAgent();
    await until('first scan', () => collector.inventory.size >= 1);
    runAs(ALICE, 'alices-tool');
    const names = join(dataDir, 'disclosed/names');
    await until(
      'she has a file',
      () => lstatSync(join(names, String(ALICE)), { throwIfNoEntry: false }) !== undefined,
    );
    const asAlice = (script: string) =>
      spawnSync('/bin/sh', ['-c', script, join(dataDir, 'disclosed')], {
        uid: ALICE,
        gid: ALICE,
        encoding: 'utf8',
        cwd: '/',
      });
    const bait = join(folder, 'bait');
    writeFileSync(bait, 'untouched');
    // She owns them, and may spoil them; she can put nothing else in their place.
    const spoil = asAlice(
      `n=$0/names/${ALICE}; f=$0/users/$(cat $n).json; chmod 600 $n $f; echo rubbish >$f; echo rubbish >$n;
     ln -s ${bait} $0/device.json.new; ln -sf ${bait} $n; mv $n $0/names/1; rm -f $n; mkdir $0/users/x; rm -rf $0/users`,
    );
    expect(spoil.stderr).toMatch(/Permission denied/);
    expect(shownTo(ALICE).own_missing).toBe('the file that names it is damaged');
    await until('it is put right', () => useOf(ALICE).includes('alices-tool'), 30_000);
    expect(readFileSync(bait, 'utf8')).toBe('untouched');
    agent.child.kill('SIGTERM');
    await agent.exit;

    // A folder above that somebody else may write, or owns: nothing is shown at all, and `status` says why.
    chownSync(folder, ALICE, ALICE);
    const again = startAgent();
    const problem = (): string =>
      spawnSync(process.execPath, [BIN, 'status', '--json', ...flags()], { encoding: 'utf8' }).stdout;
    await until('it says why', () => problem().includes(`belongs to user ${ALICE}: what is shown`));
    again.child.kill('SIGTERM');
    await again.exit;
  },
  90_000,
);

test('before an agent has run, and where its folder is closed, the answer is one line', () => {
  const none = disclosed(undefined);
  expect([none.status, none.stderr.trim().split('\n').length]).toEqual([1, 1]);
  expect(none.stderr).toContain('no agent has shown anything');
  expect(disclosed(undefined, '--since', 'yesterday').stderr).toContain('YYYY-MM-DD');
});
