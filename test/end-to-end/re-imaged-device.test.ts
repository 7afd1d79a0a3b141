/** Computers that were set up anew, copied ones and lying firmware: who is whose former self, over a crash as well. */
import { randomBytes } from 'node:crypto';
import { digestAdd, digestSumBytes, EMPTY_DIGEST, encodeIdList } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FleetOfOne } from './fleet-of-one.ts';
import { ScriptedDevice } from './scripted-device.ts';

let fleet: FleetOfOne;

beforeAll(async () => {
  fleet = await FleetOfOne.create({ collector: { supersedeAfterSeconds: 3, smallestGroupShown: 1 } });
  fleet.startCollector();
  await fleet.ready();
}, 90_000);
afterAll(() => fleet?.close());

interface Hardware {
  systemUuid: Uint8Array;
  serial: string;
  macAddresses: Uint8Array[];
}
const someHardware = (): Hardware => ({
  systemUuid: randomBytes(16),
  serial: randomBytes(5).toString('hex').toUpperCase(),
  macAddresses: [Buffer.concat([Buffer.from([0x8c, 0x04, 0xba]), randomBytes(3)])],
});
const PROGRAM = 'aaaaaaaaaaaaaaa1';

class Computer {
  readonly device = new ScriptedDevice(fleet.agentUrl);
  #sequence = 0;
  get id(): string {
    return this.device.hexId;
  }
  static async join(hostname: string, hardware: Hardware): Promise<Computer> {
    const computer = new Computer();
    await computer.device.enrol(hostname, fleet.joinSecret);
    const digest = digestAdd(EMPTY_DIGEST, new Uint8Array(16).fill(7));
    await computer.device.acknowledged(
      'report',
      computer.device.report({
        sequence: ++computer.#sequence,
        digestAfter: { count: digest.count, sum: digestSumBytes(digest) },
        inventory: { baseline: true, presentIds: encodeIdList([PROGRAM]) },
        host: { hostname, os: 'linux', hardware },
      }),
    );
    return computer;
  }
  async report(): Promise<void> {
    const digest = digestAdd(EMPTY_DIGEST, new Uint8Array(16).fill(7));
    const digestBefore = { count: digest.count, sum: digestSumBytes(digest) };
    await this.device.acknowledged(
      'report',
      this.device.report({ sequence: ++this.#sequence, digestBefore }),
    );
  }
}

const collector = (...args: string[]): string =>
  fleet.command(fleet.collectorProgram, ...args, '--config', `${fleet.folder}/collector.json`);
const stateOf = async ({ id }: Computer): Promise<unknown> =>
  (await fleet.sql(`SELECT state, superseded_by FROM fleetmeter.devices WHERE device_id = '${id}'`))[0];
const having = async (): Promise<number> =>
  Number(
    (
      await fleet.sql<{ devices: number }>(
        `SELECT devices FROM fleetmeter.executables WHERE executable_id = '${PROGRAM}'`,
      )
    )[0]?.devices,
  );
const twins = (): { newcomer: string; former: string; verdict: string }[] =>
  collector('device', 'twins', '--json')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
/** As agents do: a report now and then. */
async function eventually(
  what: string,
  reporting: Computer[],
  holds: () => Promise<boolean>,
): Promise<number> {
  return await fleet.eventually(
    what,
    async () => {
      for (const computer of reporting) await computer.report();
      return await holds();
    },
    30,
  );
}

let before: Computer;
let after: Computer;

test('a computer that joins anew takes the place of what it was, which leaves the counts and keeps its history', async () => {
  const hardware = someHardware();
  before = await Computer.join('old-name', hardware);
  await eventually('it counts', [], async () => (await having()) === 1);
  const joined = performance.now();
  // Other software prints the other byte order, and the network card was changed.
  after = await Computer.join('new-name', { ...hardware, macAddresses: [] });
  await eventually(
    'it is superseded',
    [after],
    async () => ((await stateOf(before)) as { state: string } | undefined)?.state === 'superseded',
  );
  console.log(
    `superseded ${((performance.now() - joined) / 1000).toFixed(1)} s after it joined, asked for 3 s`,
  );
  expect(performance.now() - joined).toBeGreaterThan(3_000);
  expect(await stateOf(before)).toEqual({ state: 'superseded', superseded_by: after.id });
  expect(await stateOf(after)).toEqual({ state: 'active', superseded_by: '' });
  await eventually('one has the program', [after], async () => (await having()) === 1);
  expect(collector('device', 'list', '--state', 'superseded')).toMatch(
    new RegExp(`^${before.id}  superseded `, 'm'),
  );
  const detail = (await (await fetch(`${fleet.adminUrl}/api/devices/${after.id}`)).json()) as {
    former: object[];
  };
  expect(detail.former).toMatchObject([{ device_id: before.id, hostname: 'old-name' }]);
  const metrics = await (await fetch(`${fleet.adminUrl}/metrics`)).text();
  expect(metrics).toContain('fleetmeter_recompute_superseding_total{outcome="superseded"} 1');
  expect(fleet.log('collector')).toContain('taken the place of its former self');
}, 60_000);

test('it stays so over a crash, can be taken back, and is not done again', async () => {
  await fleet.killCollector();
  fleet.startCollector();
  await fleet.ready();
  await after.report();
  expect(await stateOf(before)).toMatchObject({ state: 'superseded' });
  collector('device', 'undo-supersede', before.id);
  await eventually(
    'it is active again',
    [after],
    async () => ((await stateOf(before)) as { state: string }).state === 'active',
  );
  await eventually('two have the program', [after], async () => (await having()) === 2);
  const until = performance.now() + 5_000;
  await eventually('time passes', [after], async () => performance.now() > until);
  expect(await stateOf(before)).toEqual({ state: 'active', superseded_by: '' });
  expect(twins()).toMatchObject([{ newcomer: after.id, former: before.id, verdict: 'undone' }]);
  expect(() => collector('device', 'undo-supersede', before.id)).toThrow(/superseded/);
}, 90_000);

test('two that both report are two computers, however alike they are', async () => {
  const hardware = someHardware();
  const [original, copy] = [await Computer.join('original', hardware), await Computer.join('copy', hardware)];
  await eventually('it shows', [original, copy], async () =>
    twins().some(
      ({ newcomer, former, verdict }) =>
        newcomer === copy.id && former === original.id && verdict === 'both-alive',
    ),
  );
  expect(await stateOf(original)).toEqual({ state: 'active', superseded_by: '' });
}, 60_000);

test('a former self that reports after all is itself again, by itself', async () => {
  const hardware = someHardware();
  const original = await Computer.join('asleep', hardware);
  const other = await Computer.join('other', hardware);
  collector('device', 'supersede', original.id, other.id);
  await eventually(
    'it is superseded',
    [other],
    async () => ((await stateOf(original)) as { state: string } | undefined)?.state === 'superseded',
  );
  expect(() => collector('device', 'supersede', other.id, original.id)).toThrow(/itself what became of/);
  await eventually(
    'it is back',
    [original, other],
    async () => JSON.stringify(await stateOf(original)) === '{"state":"active","superseded_by":""}',
  );
  expect(twins()).toContainEqual(expect.objectContaining({ former: original.id, verdict: 'both-alive' }));
}, 60_000);

test('junk firmware, and what many share, makes nobody the same', async () => {
  const junk = {
    systemUuid: Buffer.from('03000200040005000006000700080009', 'hex'),
    serial: 'To Be Filled By O.E.M.',
    macAddresses: [Buffer.from('005056c00001', 'hex')],
  };
  const series = someHardware();
  const known = twins().length;
  const first = await Computer.join('junk-1', junk);
  const second = await Computer.join('junk-2', junk);
  const many: Computer[] = [];
  for (let number = 0; number < 6; number++) many.push(await Computer.join(`series-${number}`, series));
  const last = many.at(-1) as Computer;
  const joined = Date.now();
  // Until it would have been decided.
  await eventually('everything of the next five seconds is derived', [second, last], async () => {
    const [row] = await fleet.sql<{ seen: number }>(
      `SELECT toFloat64(toUnixTimestamp64Milli(last_seen)) AS seen FROM fleetmeter.devices WHERE device_id = '${last.id}'`,
    );
    return Number(row?.seen) > joined + 5_000;
  });
  expect(await stateOf(first)).toEqual({ state: 'active', superseded_by: '' });
  for (const computer of many)
    expect(await stateOf(computer)).toEqual({ state: 'active', superseded_by: '' });
  // What looked alike while it was few is forgotten.
  expect(twins()).toHaveLength(known);
}, 90_000);
