/**
 * What is licensed by how many use it at once, from the administrator's list to the peak of a day: two agents that really meter,
 * people who use a program together, and devices that used it at other times of the day.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { encodeJoinString, encodeSlots } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDeviceIdentity } from '../../agent/src/identity/device-identity.ts';
import { slotPermutation } from '../../agent/src/usage/slot-permutation.ts';
import { FleetOfOne } from './fleet-of-one.ts';
import { ScriptedDevice } from './scripted-device.ts';

const AGENTS = ['a', 'b'] as const;
type Agent = (typeof AGENTS)[number];
/** Path rules take what a temporary folder made up out of a path. */
const listedPath = (name: string): string => `/tmp/*/programs/${name}`;
const MARK_MS = 300_000;

let fleet: FleetOfOne;
const agents = new Map<Agent, ChildProcess>();
const running: ChildProcess[] = [];
const stateOf = (agent: Agent): string => join(fleet.folder, `data-${agent}`);

beforeAll(async () => {
  fleet = await FleetOfOne.create({ collector: { smallestGroupShown: 1 } });
  // People run what is in it.
  chmodSync(fleet.folder, 0o755);
  for (const name of ['draw', 'other']) {
    copyFileSync('/bin/sleep', join(fleet.root, name));
    // Another content, so another executable.
    writeFileSync(join(fleet.root, name), name, { flag: 'a' });
  }
  fleet.startCollector();
  await fleet.ready();
  list(['draw']);
  const invitation = encodeJoinString({
    addresses: [fleet.agentUrl],
    secret: fleet.joinSecret,
    authorities: [],
  });
  for (const agent of AGENTS) {
    mkdirSync(stateOf(agent));
    command(agent, 'enrol', invitation);
  }
});
afterAll(async () => {
  for (const child of [...running, ...agents.values()]) child.kill('SIGKILL');
  await fleet?.close();
});

/** As an administrator lists programs. */
function list(names: readonly string[]): void {
  const file = join(fleet.folder, 'settings.json');
  const settings = { concurrentLicences: names.map(listedPath) };
  const rings = [{ percent: 100 }];
  writeFileSync(file, JSON.stringify({ groups: { default: { settings, rings } } }));
  fleet.command(fleet.collectorProgram, 'apply', '-f', file);
}

const environment = (agent: Agent) => ({ ...fleet.environment, FLEETMETER_DATA_DIR: stateOf(agent) });
const configOf = (agent: Agent): string => join(fleet.folder, `agent-${agent}.json`);

function configure(agent: Agent, settings: object): void {
  const usual = JSON.parse(readFileSync(join(fleet.folder, 'agent.json'), 'utf8')) as object;
  writeFileSync(configOf(agent), JSON.stringify({ ...usual, ...settings }));
}

function command(agent: Agent, ...args: string[]): string {
  configure(agent, {});
  return execFileSync(process.execPath, [fleet.agentProgram, ...args, '--config', configOf(agent)], {
    ...{ env: environment(agent), encoding: 'utf8', stdio: 'pipe' },
  });
}

async function start(agent: Agent, settings: object): Promise<void> {
  const before = agents.get(agent);
  if (before) {
    const ended = new Promise((resolve) => before.once('exit', resolve));
    before.kill('SIGTERM');
    await ended;
  }
  configure(agent, settings);
  const args = [fleet.agentProgram, 'run', '--config', configOf(agent)];
  agents.set(agent, spawn(process.execPath, args, { env: environment(agent), stdio: 'ignore' }));
}

const settingsOf = (agent: Agent): { version: number } =>
  JSON.parse(command(agent, 'status', '--json')).agent.settings;

interface Sent {
  program: string;
  user: string;
  in_order: number;
  marks: number[];
}

/** What the agent sent and the collector acknowledged. */
function sentBy(agent: Agent): Sent[] {
  using kept = new DatabaseSync(join(stateOf(agent), 'agent/agent.db'), { readOnly: true });
  const rows = kept
    .prepare(
      'SELECT path, user, in_order, marks FROM disclosed_use JOIN executables USING (executable_id) JOIN files USING (executable_no)',
    )
    .all() as { path: string; user: string; in_order: number; marks: Uint8Array }[];
  return rows.map(({ path, marks, ...row }) => ({
    ...row,
    program: path.slice(path.lastIndexOf('/') + 1),
    marks: Array.from({ length: 288 }, (_, mark) => mark).filter(
      (mark) => ((marks[mark >> 3] as number) >> (mark & 7)) & 1,
    ),
  }));
}

function run(name: string, uid: number): void {
  running.push(spawn(join(fleet.root, name), ['600'], { stdio: 'ignore', uid, gid: uid, cwd: '/' }));
}

interface Peak extends Record<string, unknown> {
  devices: number;
  at: string;
  users: string;
  in_order: number;
  used: number;
}
const peaks = (application: string): Promise<Peak[]> =>
  fleet.sql<Peak>(
    `SELECT toUInt32(peak_devices) AS devices, toString(peak_devices_at) AS at, peak_users AS users,
       toUInt32(devices_in_order) AS in_order, toUInt32(devices_used) AS used
     FROM fleetmeter.application_concurrency_daily WHERE application = '${application}'`,
  );
const dayOf = (ms: number): number => Math.floor(ms / 86_400_000);
const markOf = (ms: number): number => Math.floor((ms % 86_400_000) / MARK_MS);
const timeOf = (day: number, mark: number): string =>
  new Date(day * 86_400_000 + mark * MARK_MS).toISOString().slice(0, 19).replace('T', ' ');

// Programs are run as other people.
test.skipIf(process.getuid?.() !== 0)(
  'the peak of a listed program is right, and of another nobody learns when it ran',
  async () => {
    // What is listed counts from the first day on of which nothing is metered yet.
    for (const agent of AGENTS) await start(agent, { meterUsage: false });
    await fleet.eventually(
      'the agents run by the list',
      async () => AGENTS.every((agent) => settingsOf(agent).version > 0),
      60,
    );
    for (const agent of AGENTS) await start(agent, {});
    const from = Date.now();
    for (const uid of [1001, 1002]) run('draw', uid);
    run('other', 1001);
    const told = (agent: Agent, name: string): Sent[] =>
      sentBy(agent).filter(({ program }) => program === name);
    await fleet.eventually(
      'both agents told of both programs',
      async () =>
        AGENTS.every((agent) => told(agent, 'draw').length === 2 && told(agent, 'other').length === 1),
      90,
    );
    const to = Date.now();
    const day = dayOf(from);
    const possible = Array.from(
      { length: markOf(to) - markOf(from) + 1 },
      (_, index) => markOf(from) + index,
    );
    for (const agent of AGENTS) {
      for (const { in_order, marks } of told(agent, 'draw')) {
        expect(in_order).toBe(1);
        for (const mark of marks) expect(possible).toContain(mark);
      }
      const shuffle = slotPermutation(openDeviceIdentity(join(stateOf(agent), 'agent')).slotSecret, day);
      for (const { in_order, marks } of told(agent, 'other')) {
        expect(in_order).toBe(0);
        for (const mark of marks) expect(possible.map((each) => shuffle[each])).toContain(mark);
      }
    }
    const shown = command('a', 'disclosed');
    expect(shown).toContain(`The time of day is told of ${listedPath('draw')}, and of no other program`);

    // The two of each computer, at once.
    await fleet.eventually('the peak', async () => (await peaks('draw'))[0]?.users === '4', 60);
    const [first] = await peaks('draw');
    expect(first).toMatchObject({ devices: 2, users: '4', in_order: 2, used: 2 });
    expect(possible.map((mark) => timeOf(day, mark))).toContain(first?.at);

    // Others used it at other times: two of them each alone, then three together. One does not say when.
    const [{ id } = { id: '' }] = await fleet.sql<{ id: string }>(
      `SELECT executable_id AS id FROM fleetmeter.executables_seen WHERE path = '${listedPath('draw')}'`,
    );
    const executableId = Buffer.from(id, 'hex').reverse();
    const far = (by: number): number => (markOf(from) + by) % 288;
    const use = async (hostname: string, marks: number[], slotsChronological: boolean): Promise<void> => {
      const device = new ScriptedDevice(fleet.agentUrl);
      await device.enrol(hostname, fleet.joinSecret);
      const slots = encodeSlots(marks.toSorted((a, b) => a - b));
      const record = { day, run: 0, user: 0, executableId, seconds: 60, slots, slotsChronological };
      const usage = { runs: Buffer.alloc(8, 1), users: [Buffer.alloc(8, 1)], records: [record] };
      const digestAfter = { count: 0, sum: Buffer.alloc(16) };
      const inventory = { baseline: true, presentIds: Buffer.alloc(0) };
      await device.acknowledged('report', device.report({ sequence: 1, inventory, digestAfter, usage }));
    };
    await use('alone-1', [far(50)], true);
    await use('alone-2', [far(100)], true);
    await use('silent', [far(50)], false);
    await fleet.eventually('all of them', async () => (await peaks('draw'))[0]?.used === 5, 60);
    expect(await peaks('draw')).toEqual([{ ...first, in_order: 4, used: 5 }]);
    await use('together-1', [far(50), far(51)], true);
    await use('together-2', [far(50)], true);
    await fleet.eventually('three of them', async () => (await peaks('draw'))[0]?.used === 7, 60);
    const [last] = await peaks('draw');
    expect(last).toMatchObject({ devices: 3, at: timeOf(day, far(50)), users: '4', in_order: 6, used: 7 });
    expect(await peaks('other')).toEqual([]);

    // What is listed now counts from tomorrow on.
    const [version, rows] = [settingsOf('a').version, told('a', 'other')];
    list(['draw', 'other']);
    await fleet.eventually('the new list', async () => settingsOf('a').version > version, 60);
    run('other', 1003);
    await fleet.eventually('one more user of it', async () => told('a', 'other').length > rows.length, 60);
    expect(told('a', 'other').map(({ in_order }) => in_order)).toEqual([0, 0]);
    expect(await peaks('other')).toEqual([]);
  },
);
