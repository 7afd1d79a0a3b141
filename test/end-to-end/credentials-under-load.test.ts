/**
 * Keys and tokens are replaced and revoked while everybody reports: the good notice nothing, the bad are out within a
 * second, and what was refused is not in the stream (R29).
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJoinString } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FleetOfOne } from './fleet-of-one.ts';
import { type Answer, ScriptedDevice } from './scripted-device.ts';

const LOAD_MS = 1_000;
let fleet: FleetOfOne;
beforeAll(async () => {
  // As fast as this machine takes them: the test is about who may, not about how many at once.
  fleet = await FleetOfOne.create({
    collector: { baselinesPerSecond: 10_000, deviceMessagesPerSecond: 10_000 },
  });
  fleet.startCollector();
  await fleet.ready();
}, 90_000);
afterAll(() => fleet.close());

const collector = (...args: string[]) => fleet.commandMeanwhile(fleet.collectorProgram, ...args);
const codeOf = ({ body }: Answer) => (JSON.parse(body.toString()) as { code: string }).code;

async function inStream(): Promise<number> {
  const answer = await fetch(`${fleet.adminUrl}/api/pipeline`);
  return ((await answer.json()) as { stream: { head: number } }).stream.head;
}

async function newDevice(name: string): Promise<ScriptedDevice> {
  const device = new ScriptedDevice(fleet.agentUrl);
  await device.enrol(name, fleet.joinSecret);
  return device;
}

/** Sends, one after another, until stopped. */
class Load {
  accepted = 0;
  /** By code. */
  readonly refused = new Map<string, number>();
  /** Of the first refusal and the last acceptance. */
  refusedAtMs = 0;
  acceptedAtMs = 0;
  #running = true;
  readonly #done: Promise<void>;

  constructor(send: (number: number) => Promise<Answer>) {
    this.#done = this.#run(send);
  }

  async #run(send: (number: number) => Promise<Answer>): Promise<void> {
    for (let number = 1; this.#running; number++) {
      const answer = await send(number);
      const at = performance.now();
      if (answer.status === 200) {
        this.accepted++;
        this.acceptedAtMs = at;
      } else {
        const code = codeOf(answer);
        this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
        this.refusedAtMs ||= at;
      }
    }
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#done;
  }
}

const reportsOf = (device: ScriptedDevice) => (sequence: number) =>
  device.post('report', device.report({ sequence }));

test('a device replaces its key under load: not one report of old or new key is refused or lost', async () => {
  const [device, other] = [await newDevice('rotates'), await newDevice('other')];
  const before = await inStream();
  const loads = [new Load(reportsOf(device)), new Load(reportsOf(other))];
  const replacements = 5;
  for (let time = 0; time < replacements; time++) {
    await sleep(LOAD_MS / replacements);
    const sealUnderOld = await device.replaceKey();
    // Sent before the agent had the answer.
    const late = sealUnderOld('Report', device.reportMessage({ sequence: 100_000 + time }));
    expect((await device.post('report', late)).status).toBe(200);
  }
  await sleep(LOAD_MS / replacements);
  for (const load of loads) await load.stop();
  const accepted = loads.reduce((sum, load) => sum + load.accepted, 0);
  expect(loads.map(({ refused }) => [...refused])).toEqual([[], []]);
  expect((await inStream()) - before).toBe(accepted + replacements);
  console.log(`${replacements} replacements under ${accepted} reports: 0 refused, 0 lost`);
}, 60_000);

test('a device with two valid keys is put out: both are refused within a second, and none of it is stored', async () => {
  const [bad, good] = [await newDevice('bad'), await newDevice('good')];
  const sealUnderOld = await bad.replaceKey();
  const before = await inStream();
  const loads = {
    old: new Load((sequence) => bad.post('report', sealUnderOld('Report', bad.reportMessage({ sequence })))),
    next: new Load(reportsOf(bad)),
    good: new Load(reportsOf(good)),
  };
  await sleep(LOAD_MS / 2);
  await collector('device', 'revoke', bad.hexId);
  const revokedAt = performance.now();
  await sleep(LOAD_MS + 200);
  for (const load of Object.values(loads)) await load.stop();
  for (const load of [loads.old, loads.next]) {
    expect([...load.refused.keys()]).toEqual(['device-revoked']);
    expect(load.acceptedAtMs - revokedAt).toBeLessThan(1_000);
    expect(load.acceptedAtMs).toBeLessThan(load.refusedAtMs);
  }
  expect([...loads.good.refused]).toEqual([]);
  const accepted = loads.old.accepted + loads.next.accepted + loads.good.accepted;
  expect((await inStream()) - before).toBe(accepted);
  const last = Math.max(loads.old.acceptedAtMs, loads.next.acceptedAtMs) - revokedAt;
  const refused = [loads.old, loads.next].reduce(
    (sum, load) => sum + (load.refused.get('device-revoked') ?? 0),
    0,
  );
  console.log(
    `both keys out ${Math.max(0, last).toFixed(0)} ms after the command ended; ${refused} refused and not stored, ${loads.good.accepted} of the other stored`,
  );
}, 60_000);

test('the join string is replaced while devices join: the new one always lets in, the old one is out within a second', async () => {
  interface Token {
    token: string;
    joinString: string;
  }
  const make = async (): Promise<Token & { secret: string }> => {
    const made = JSON.parse(
      await collector('token', 'create', '--uses', '100000', '--address', fleet.agentUrl, '--json'),
    ) as Token;
    return { ...made, secret: decodeJoinString(made.joinString).secret };
  };
  const joining = (secret: string) => async (): Promise<Answer> => {
    const device = new ScriptedDevice(fleet.agentUrl);
    return await device.post('enrol', device.enrolRequest('joins', secret));
  };
  const reporter = await newDevice('reports meanwhile');
  const old = await make();
  const before = await inStream();
  const loads = { old: new Load(joining(old.secret)), reports: new Load(reportsOf(reporter)) };
  await sleep(LOAD_MS / 3);
  const next = await make();
  const joins = new Load(joining(next.secret));
  await sleep(LOAD_MS / 3);
  await collector('token', 'revoke', old.token);
  const revokedAt = performance.now();
  await sleep(LOAD_MS + 200);
  for (const load of [loads.old, loads.reports, joins]) await load.stop();
  expect([...joins.refused]).toEqual([]);
  expect([...loads.reports.refused]).toEqual([]);
  expect([...loads.old.refused.keys()]).toEqual(['token-revoked']);
  expect(loads.old.acceptedAtMs - revokedAt).toBeLessThan(1_000);
  expect((await inStream()) - before).toBe(loads.reports.accepted);
  const used = (
    JSON.parse(await collector('token', 'list', '--json')) as { tokenId: string; used: number }[]
  ).map(({ tokenId, used }) => [tokenId, used] as const);
  expect(new Map(used).get(old.token)).toBe(loads.old.accepted);
  expect(new Map(used).get(next.token)).toBe(joins.accepted);
  console.log(
    `the old join string out ${Math.max(0, loads.old.acceptedAtMs - revokedAt).toFixed(0)} ms after the command ended; ${joins.accepted} joined with the new one, 0 refused`,
  );
}, 60_000);

test('rotate-key beside a running agent: it goes on as the same device, and nothing of it is refused', async () => {
  fleet.startAgent();
  interface Status {
    device_id: string;
    key: { id: string };
    last_report: { sequence: number } | null;
    agent: { reporting: { refused: number; failures: number } } | null;
  }
  const status = async () => (await fleet.agentStatus()) as unknown as Status;
  const reportsBeyond = (sequence: number) =>
    fleet.eventually(
      `a report after ${sequence}`,
      async () => ((await status()).last_report?.sequence ?? 0) > sequence,
      30,
    );
  await reportsBeyond(0);
  const before = await status();
  const told = JSON.parse(
    fleet.command(fleet.agentProgram, 'rotate-key', '--json', '--config', join(fleet.folder, 'agent.json')),
  ) as { device: string; key: string };
  expect(told.device).toBe(before.device_id);
  expect(told.key).not.toBe(before.key.id);
  await reportsBeyond((await status()).last_report?.sequence ?? 0);
  await reportsBeyond((await status()).last_report?.sequence ?? 0);
  const after = await status();
  expect(after.device_id).toBe(before.device_id);
  expect(after.key.id).toBe(told.key);
  expect(after.agent?.reporting).toMatchObject({ refused: 0, failures: 0 });
}, 90_000);
