/** Erasing a device as an administrator does it, with a collector that is killed in the middle. */
import { createHash } from 'node:crypto';
import {
  digestAdd,
  digestSumBytes,
  EMPTY_DIGEST,
  type Evidence,
  encodeEvidence,
  encodeIdList,
  encodeSlots,
  identifyEvidence,
} from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FleetOfOne } from './fleet-of-one.ts';
import { ScriptedDevice } from './scripted-device.ts';

let fleet: FleetOfOne;
let leaving: ScriptedDevice;
let staying: ScriptedDevice;

beforeAll(async () => {
  fleet = await FleetOfOne.create();
  fleet.startCollector();
  await fleet.ready();
}, 90_000);
afterAll(() => fleet?.close());

const program: Evidence = {
  sha256: createHash('sha256').update('program').digest(),
  path: '/usr/bin/program',
  size: 7,
  format: 'elf',
  packageName: 'program',
  packageVersion: '1.0',
};
const { executableId: programId, digestPart } = identifyEvidence(encodeEvidence(program));
const TODAY = Math.floor(Date.now() / 86_400_000);
const DAYS = [TODAY, TODAY - 1, TODAY - 12];

async function joined(hostname: string): Promise<ScriptedDevice> {
  const device = new ScriptedDevice(fleet.agentUrl);
  await device.enrol(hostname, fleet.joinSecret);
  await device.acknowledged(
    'evidence',
    device.evidence([
      {
        executableId: Buffer.from(programId, 'hex').reverse(),
        evidence: encodeEvidence(program),
        encodingVersion: 1,
      },
    ]),
  );
  const digest = digestAdd(EMPTY_DIGEST, digestPart);
  const record = {
    run: 0,
    user: 0,
    executableId: Buffer.from(programId, 'hex').reverse(),
    seconds: 100,
    launches: { user: 1 },
  };
  await device.acknowledged(
    'report',
    device.report({
      sequence: 1,
      digestAfter: { count: digest.count, sum: digestSumBytes(digest) },
      inventory: { baseline: true, presentIds: encodeIdList([programId]) },
      host: { hostname, os: 'linux' },
      usage: {
        runs: Buffer.from('1122334455667788', 'hex'),
        users: [new Uint8Array(8).fill(9)],
        records: DAYS.map((day) => ({ ...record, day, slots: encodeSlots([3]) })),
      },
    }),
  );
  return device;
}

const collector = (...args: string[]): string =>
  fleet.command(fleet.collectorProgram, ...args, '--config', `${fleet.folder}/collector.json`);
const count = async (query: string): Promise<number> =>
  Number((await fleet.sql<{ n: number }>(`SELECT count() AS n FROM fleetmeter.${query}`))[0]?.n);
const usedBy = async (): Promise<string> =>
  (
    await fleet.sql<{ used: number; seconds: number }>(
      `SELECT devices_used AS used, seconds FROM fleetmeter.application_usage_daily
       WHERE application = 'program' ORDER BY day`,
    )
  )
    .map(({ used, seconds }) => `${used}:${seconds}`)
    .join(' ');

test('before: two devices, three days of use each', async () => {
  leaving = await joined('leaving');
  staying = await joined('staying');
  await fleet.eventually('both are counted', async () => (await usedBy()) === '2:200 2:200 2:200', 40);
  expect(await count('devices')).toBe(2);
}, 60_000);

test('erasing has to be meant, and must be of a device', () => {
  expect(() => collector('device', 'erase', leaving.hexId)).toThrow(/say --yes/);
  expect(() => collector('device', 'erase', '0'.repeat(16), '--yes')).toThrow(/no device/);
});

test('a collector that is killed in the middle goes on, and in the end nothing shows the device', async () => {
  const asked = performance.now();
  const told = JSON.parse(
    collector('device', 'erase', leaving.hexId, '--yes', '--no-wait', '--json'),
  ) as object;
  expect(told).toMatchObject({ device: leaving.hexId });
  await fleet.killCollector();
  fleet.startCollector();
  await fleet.ready();
  const done = JSON.parse(collector('device', 'erase', leaving.hexId, '--yes', '--json')) as object;
  expect(done).toMatchObject({ device: leaving.hexId, phase: 'done' });
  console.log(
    `erased ${((performance.now() - asked) / 1000).toFixed(1)} s after it was asked for, a crash included`,
  );

  for (const view of [
    'devices',
    'installations',
    'usage_daily',
    'device_usage_daily',
    'application_devices',
  ]) {
    expect([view, await count(`${view} WHERE device_id = '${leaving.hexId}'`)]).toEqual([view, 0]);
    const [least] = await fleet.sql<{ n: number }>(
      `SELECT count() AS n FROM fleetmeter.${view} WHERE device_id = '${staying.hexId}'`,
    );
    expect(Number(least?.n), view).toBeGreaterThan(0);
  }
  // No row of it under no name either.
  for (const view of ['usage_daily', 'application_devices'])
    expect(await count(`${view} WHERE device_id = '${'0'.repeat(16)}'`)).toBe(0);
  expect(await usedBy()).toBe('1:100 1:100 1:100');
  const [program] = await fleet.sql<{ devices: number }>(
    "SELECT devices FROM fleetmeter.applications WHERE name = 'program'",
  );
  expect(Number(program?.devices)).toBe(1);
}, 90_000);

test('its key is refused for ever, and nobody takes it back', async () => {
  for (const [route, body] of [
    ['report', leaving.report({ sequence: 2 })],
    ['enrol', leaving.enrolRequest('leaving', fleet.joinSecret)],
  ] as const) {
    const answer = await leaving.post(route, body);
    expect([answer.status, JSON.parse(answer.body.toString()).code]).toEqual([403, 'device-erased']);
  }
  expect(() => collector('device', 'reinstate', leaving.hexId)).toThrow(/no device/);
  expect(collector('device', 'list', '--state', 'erased')).toMatch(
    new RegExp(`^${leaving.hexId}  erased `, 'm'),
  );
  expect((await staying.post('report', staying.report({ sequence: 2 }))).status).toBe(200);
}, 60_000);
