/** Messages that somebody kept are sent again, here and elsewhere: no table changes (R30). */
import { createHash } from 'node:crypto';
import {
  digestAdd,
  digestSumBytes,
  EMPTY_DIGEST,
  encodeEvidence,
  encodeIdList,
  encodeSlots,
  identifyEvidence,
} from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FleetOfOne } from './fleet-of-one.ts';
import { type Answer, ScriptedDevice } from './scripted-device.ts';

const DAY_S = 86_400;
const NOW_S = Math.floor(Date.now() / 1000);
const TODAY = Math.floor(NOW_S / DAY_S);
let fleet: FleetOfOne;
let elsewhere: FleetOfOne;

beforeAll(async () => {
  [fleet, elsewhere] = [await FleetOfOne.create(), await FleetOfOne.create()];
  for (const each of [fleet, elsewhere]) each.startCollector();
  for (const each of [fleet, elsewhere]) await each.ready();
}, 120_000);
afterAll(async () => {
  await fleet?.close();
  await elsewhere?.close();
});

interface Pipeline {
  stream: { head: number };
  checkpoint: number;
  dirty: { count: number };
  quarantine: unknown[];
}
const pipeline = async (of: FleetOfOne) =>
  (await (await fetch(`${of.adminUrl}/api/pipeline`)).json()) as Pipeline;

/** Everything that can be asked, without when it was computed. */
async function everything(of: FleetOfOne): Promise<Record<string, unknown[]>> {
  await of.eventually(
    'everything is processed and derived',
    async () => {
      const { stream, checkpoint, dirty } = await pipeline(of);
      return checkpoint === stream.head && dirty.count === 0;
    },
    60,
  );
  const views: Record<string, string> = {
    devices: 'device_id',
    applications: 'name, version',
    executables: 'executable_id',
    executables_seen: 'executable_id',
    installations: 'device_id, executable_id',
    usage_daily: 'device_id, day, application',
    application_usage_daily: 'day, application',
  };
  const rows = await Promise.all(
    Object.entries(views).map(
      async ([view, order]) =>
        [
          view,
          await of.sql(`SELECT * EXCEPT computed_at FROM fleetmeter.${view} ORDER BY ${order}`),
        ] as const,
    ),
  );
  return Object.fromEntries(rows);
}

const codeOf = ({ status, body }: Answer): string =>
  status === 200 ? '200' : `${status} ${(JSON.parse(body.toString()) as { code: string }).code}`;

const evidence = ['one', 'two', 'three'].map((name) =>
  encodeEvidence({
    sha256: createHash('sha256').update(name).digest(),
    path: `/usr/bin/${name}`,
    size: 5,
    format: 'elf',
    packageName: name,
    packageVersion: '1',
  }),
);
const known = evidence.map((each) => ({ bytes: each, ...identifyEvidence(each) }));
const digestOf = (count: number) =>
  known.slice(0, count).reduce((sum, { digestPart }) => digestAdd(sum, digestPart), EMPTY_DIGEST);
const onWire = (count: number) => ({ count, sum: digestSumBytes(digestOf(count)) });
const idOf = (index: number) => known[index]?.executableId as string;

/** A life of three reports, the first of them long ago by the device's own clock. */
function lifeOf(device: ScriptedDevice): { reports: Uint8Array[]; evidence: Uint8Array } {
  const usage = (seconds: number, launches: number) => ({
    runs: Buffer.alloc(8, 7),
    users: [Buffer.alloc(8, 9)],
    records: [
      {
        day: TODAY,
        run: 0,
        user: 0,
        executableId: encodeIdList([idOf(0)]),
        seconds,
        launches: { user: launches },
        slots: encodeSlots([1, 2, 3]),
      },
    ],
  });
  const host = (hostname: string, cpuCount: number) => ({ hostname, os: 'linux', cpuCount });
  const reports = [
    device.report({
      sequence: 1,
      composedAt: NOW_S - 20 * DAY_S,
      digestAfter: onWire(1),
      inventory: { baseline: true, presentIds: encodeIdList([idOf(0)]) },
      usage: usage(60, 1),
      host: host('called-so-before', 2),
    }),
    device.report({
      sequence: 2,
      composedAt: NOW_S - 3600,
      digestBefore: onWire(1),
      digestAfter: onWire(2),
      inventory: { presentIds: encodeIdList([idOf(1)]) },
      usage: usage(120, 2),
      host: host('called-so-for-an-hour', 4),
    }),
    device.report({
      sequence: 3,
      composedAt: NOW_S,
      digestBefore: onWire(2),
      digestAfter: onWire(3),
      inventory: { presentIds: encodeIdList([idOf(2)]) },
      usage: usage(180, 3),
      host: host('called-so-now', 8),
    }),
  ];
  const records = known.map(({ executableId, bytes }) => ({
    executableId: encodeIdList([executableId]),
    evidence: bytes,
    encodingVersion: 1,
  }));
  return { reports, evidence: device.evidence(records) };
}

test('the same, an old one, another device, another collector: no table changes', async () => {
  const [device, other] = [new ScriptedDevice(fleet.agentUrl), new ScriptedDevice(fleet.agentUrl)];
  const joined = device.enrolRequest('replayed', fleet.joinSecret);
  await device.enrol('replayed', fleet.joinSecret);
  await other.enrol('other', fleet.joinSecret);
  await other.acknowledged('report', lifeOf(other).reports[0] as Uint8Array);
  const life = lifeOf(device);
  for (const report of life.reports) await device.acknowledged('report', report);
  await device.acknowledged('evidence', life.evidence);
  const before = await everything(fleet);
  expect(
    before.devices?.find((row) => (row as { hostname: string }).hostname === 'called-so-now'),
  ).toMatchObject({
    cpu_count: 8,
    executables: 3,
  });
  const deviceRow = async () =>
    (
      await fleet.sql<Record<string, unknown>>(
        `SELECT * FROM fleetmeter.devices WHERE device_id = '${device.hexId}'`,
      )
    )[0] ?? {};
  const [headBefore, elsewhereBefore] = [
    (await pipeline(fleet)).stream.head,
    (await pipeline(elsewhere)).stream.head,
  ];

  const [longAgo, lately, newest] = life.reports as [Uint8Array, Uint8Array, Uint8Array];
  const there = new ScriptedDevice(elsewhere.agentUrl);
  const asOther = other.seal('Report', device.reportMessage({ sequence: 4 }));
  const outcomes: [string, string, Answer][] = [];
  const note = async (what: string, expected: string, answer: Promise<Answer>) => {
    outcomes.push([what, expected, await answer]);
  };
  for (let time = 0; time < 5; time++) {
    await note('the newest report', '200', device.post('report', newest));
    await note('an hour older', '200', device.post('report', lately));
    await note('the evidence', '200', device.post('evidence', life.evidence));
    await note('the request to join', '200', device.post('enrol', joined));
    await note('twenty days older', '409 report-replayed', device.post('report', longAgo));
    await note('signed by another device', '401 device-mismatch', other.post('report', asOther));
    await note('its key at another collector', '401 key-unknown', there.post('report', newest));
    await note('its join secret at another', '403 token-unknown', there.post('enrol', joined));
  }
  // The same key joined there too.
  await device.enrolAt(elsewhere.agentUrl, elsewhere.joinSecret);
  await note('as a device of another collector', '409 collector-mismatch', there.post('report', newest));

  const wrong = outcomes.filter(([, expected, answer]) => codeOf(answer) !== expected);
  expect(wrong.map(([what, expected, answer]) => [what, expected, codeOf(answer)])).toEqual([]);
  const taken = outcomes.filter(([what, , { status }]) => status === 200 && !/join/.test(what)).length;
  expect((await pipeline(fleet)).stream.head - headBefore).toBe(taken);
  expect((await pipeline(elsewhere)).stream.head).toBe(elsewhereBefore);
  expect(await everything(fleet)).toEqual(before);
  // Devices are derived again only after a new report: nothing of the old ones waits for it.
  await device.acknowledged('report', device.report({ sequence: 4, digestBefore: onWire(3) }));
  await fleet.eventually('the next report is seen', async () => (await deviceRow()).reports === 4, 30);
  expect(await deviceRow()).toMatchObject({ hostname: 'called-so-now', cpu_count: 8, executables: 3 });
  const counts = Map.groupBy(outcomes, ([, , answer]) => codeOf(answer));
  console.log(
    `${outcomes.length} messages sent again: ${[...counts].map(([code, all]) => `${all.length} x ${code}`).join(', ')}; ${Object.values(before).flat().length} rows of ${Object.keys(before).length} views unchanged`,
  );
}, 180_000);
