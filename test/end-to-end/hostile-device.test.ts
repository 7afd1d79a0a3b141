/** What a faulty or hostile device can do: reach its own data, and nothing else. */
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

const LARGEST_ID = 'ffffffffffffffff';
let fleet: FleetOfOne;

beforeAll(async () => {
  fleet = await FleetOfOne.create({ collector: { smallestGroupShown: 1 } });
  fleet.startCollector();
  await fleet.ready();
}, 90_000);

afterAll(async () => {
  await fleet?.close();
});

const genuine: Evidence = {
  sha256: createHash('sha256').update('genuine').digest(),
  path: '/usr/bin/genuine',
  size: 7,
  format: 'elf',
  packageName: 'genuine',
  packageVersion: '1.0',
};
const wire = (id: string): Buffer => Buffer.from(id, 'hex').reverse();

async function enrolled(hostname: string): Promise<ScriptedDevice> {
  const device = new ScriptedDevice(fleet.agentUrl);
  await device.enrol(hostname, fleet.joinSecret);
  return device;
}

/** A baseline of executables; a made-up digest part stands for ids nobody has evidence of. */
function baseline(device: ScriptedDevice, ids: string[]): Uint8Array {
  const digest = ids.reduce((sum) => digestAdd(sum, new Uint8Array(16).fill(7)), EMPTY_DIGEST);
  return device.report({
    sequence: 1,
    digestAfter: { count: digest.count, sum: digestSumBytes(digest) },
    inventory: { baseline: true, presentIds: encodeIdList(ids) },
  });
}

test('an id of 0xffffffffffffffff and one of 0 survive from the wire to SQL and to the page', async () => {
  const device = await enrolled('largest-id');
  await device.acknowledged('report', baseline(device, [LARGEST_ID, '0000000000000000', '8000000000000001']));
  await fleet.eventually(
    'the ids are installed',
    async () => {
      const rows = await fleet.sql<{ executable_id: string }>(
        `SELECT executable_id FROM fleetmeter.installations WHERE device_id = '${device.hexId}' ORDER BY executable_id`,
      );
      return (
        rows.map(({ executable_id }) => executable_id).join() ===
        `0000000000000000,8000000000000001,${LARGEST_ID}`
      );
    },
    10,
  );
  await fleet.eventually(
    'the page is told the id as text',
    async () =>
      (await (await fetch(`${fleet.adminUrl}/api/executables?search=${LARGEST_ID}`)).text()).includes(
        `"${LARGEST_ID}"`,
      ),
    10,
  );
}, 60_000);

test('evidence under another executable`s id is refused, named to the sender, and changes no name', async () => {
  const device = await enrolled('forger');
  const real = encodeEvidence(genuine);
  const { executableId } = identifyEvidence(real);
  const report = baseline(device, [executableId]);
  await device.acknowledged('report', report);
  const forged = encodeEvidence({ ...genuine, packageName: 'forged' });
  await device.acknowledged(
    'evidence',
    device.evidence([{ executableId: wire(executableId), evidence: forged, encodingVersion: 1 }]),
  );
  await fleet.eventually(
    'the sender is told',
    async () => {
      const told = await device.acknowledged('report', report);
      return (told.quarantined ?? []).some(({ reason }) => reason === 'evidence-id-mismatch');
    },
    10,
  );
  expect(await fleet.sql(`SELECT 1 FROM fleetmeter.executables_seen WHERE application = 'forged'`)).toEqual(
    [],
  );
  await device.acknowledged(
    'evidence',
    device.evidence([{ executableId: wire(executableId), evidence: real, encodingVersion: 1 }]),
  );
  await fleet.eventually(
    'the genuine evidence names it',
    async () =>
      (await fleet.sql(`SELECT 1 FROM fleetmeter.applications WHERE name = 'genuine' AND version = '1.0'`))
        .length === 1,
    15,
  );
}, 60_000);

test('impossible usage is put aside alone; the good record beside it counts, three deliveries or one', async () => {
  const device = await enrolled('impossible-usage');
  const { executableId } = identifyEvidence(encodeEvidence(genuine));
  const today = Math.floor(Date.now() / 86_400_000);
  const record = { run: 0, user: 0, executableId: wire(executableId), launches: { user: 2 } };
  const report = device.report({
    sequence: 1,
    digestAfter: { count: 0, sum: new Uint8Array(16) },
    inventory: { baseline: true },
    usage: {
      runs: Buffer.from('1122334455667788', 'hex'),
      users: [new Uint8Array(8).fill(9)],
      records: [
        { ...record, day: today, seconds: 250, slots: encodeSlots([3]) },
        { ...record, day: today, seconds: 90_000, slots: encodeSlots([4]) },
        { ...record, day: today + 3000, seconds: 10, slots: encodeSlots([4]) },
        { ...record, day: today, seconds: 10, slots: Buffer.from([255, 145]) },
      ],
    },
  });
  for (let delivery = 0; delivery < 3; delivery++) await device.acknowledged('report', report);
  await fleet.eventually(
    'the good record is in the aggregate',
    async () => {
      const [row] = await fleet.sql<{ seconds: number; launches: number }>(
        `SELECT seconds, launches FROM fleetmeter.usage_daily WHERE device_id = '${device.hexId}'`,
      );
      return row?.seconds === 250 && row.launches === 2;
    },
    10,
  );
  const pipeline = (await (await fetch(`${fleet.adminUrl}/api/pipeline`)).json()) as {
    quarantine: { reason: string }[];
  };
  const reasons = pipeline.quarantine.map(({ reason }) => reason);
  expect(reasons).toEqual(
    expect.arrayContaining([
      'usage-seconds-out-of-range',
      'usage-day-out-of-window',
      'usage-slots-out-of-range',
    ]),
  );
}, 60_000);

test('poison values: each is refused or put aside as it should be, and good ones of the same key count afterwards', async () => {
  const device = await enrolled('poison');
  const { executableId } = identifyEvidence(encodeEvidence(genuine));
  const today = Math.floor(Date.now() / 86_400_000);
  const good = {
    day: today,
    run: 0,
    user: 0,
    executableId: wire(executableId),
    seconds: 100,
    slots: encodeSlots([3]),
  };
  const usage = (records: object[]) => ({
    runs: Buffer.from('99aabbccddeeff00', 'hex'),
    users: [new Uint8Array(8).fill(9)],
    records,
  });
  const digest = { count: 0, sum: new Uint8Array(16) };
  const start = { sequence: 1, digestAfter: digest, inventory: { baseline: true } };
  await device.acknowledged('report', device.report(start));
  const next = { digestBefore: digest, composedAt: Math.floor(Date.now() / 1000) };
  const message = (fields: object) => Buffer.from(device.reportMessage({ ...next, ...fields }));

  // What does not fit its type makes the whole report unreadable: refused for good, nothing stored.
  const tenBytes = (last: number[]) => [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, ...last];
  const record = (bytes: number[]) => [0x52, bytes.length + 2, 0x1a, bytes.length, ...bytes];
  const refused: Record<string, Buffer> = {
    'a sequence of 2^63': Buffer.concat([message({ sequence: 0 }), Buffer.from([0x20, ...tenBytes([1])])]),
    'a sequence of 2^32': Buffer.concat([
      message({ sequence: 0 }),
      Buffer.from([0x20, 0x80, 0x80, 0x80, 0x80, 0x10]),
    ]),
    'a sequence of -1': Buffer.concat([
      message({ sequence: 0 }),
      Buffer.from([0x20, ...Array(9).fill(0xff), 1]),
    ]),
    'usage of 2^53 seconds': Buffer.concat([
      message({ sequence: 2 }),
      Buffer.from(record([0x30, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10])),
    ]),
    'usage of -1 seconds': Buffer.concat([
      message({ sequence: 2 }),
      Buffer.from(record([0x30, ...Array(9).fill(0xff), 1])),
    ]),
  };
  for (const [name, bytes] of Object.entries(refused)) {
    const answer = await device.post('report', device.seal('Report', bytes));
    expect(JSON.parse(answer.body.toString()), name).toMatchObject({
      code: 'message-malformed',
      permanent: true,
    });
  }
  const zero = await device.post('report', device.seal('Report', message({ sequence: 0 })));
  expect(JSON.parse(zero.body.toString())).toMatchObject({ code: 'sequence-out-of-range', permanent: true });

  // What fits its type and means nothing is put aside alone; the rest of its report counts, and the sender is told.
  const most = 0xffff_ffff;
  const poison: [string, object][] = [
    ['usage-seconds-out-of-range', { ...good, seconds: most }],
    ['usage-day-out-of-window', { ...good, day: 2_932_896 }],
    ['usage-day-out-of-window', { ...good, day: 0 }],
    ['usage-day-out-of-window', { ...good, day: most }],
    [
      'usage-launches-out-of-range',
      { ...good, launches: { user: most, autostart: most, service: most, scheduler: most, unknown: most } },
    ],
    ['usage-generation-refused', { ...good, generation: most }],
    ['usage-slots-out-of-range', { ...good, slots: Buffer.from([255, 145]) }],
    ['usage-reference-missing', { ...good, run: most }],
    ['usage-reference-missing', { ...good, user: most }],
    ['usage-reference-missing', { ...good, executableId: Buffer.alloc(7) }],
  ];
  const bad = device.report({
    ...next,
    sequence: 2,
    usage: usage([...poison.map(([, each]) => each), good]),
  });
  await device.acknowledged('report', bad);
  const quiet = device.report({ ...next, sequence: 3 });
  const told: { reason?: string | null }[] = [];
  await fleet.eventually(
    'the sender is told of all of them',
    async () => {
      told.push(...(await device.acknowledged('report', quiet)).quarantined);
      return told.length >= poison.length;
    },
    15,
  );
  expect(told.map(({ reason }) => reason).sort()).toEqual(poison.map(([reason]) => reason).sort());
  const seconds = async () =>
    (
      await fleet.sql<{ seconds: number }>(
        `SELECT seconds FROM fleetmeter.usage_daily WHERE device_id = '${device.hexId}'`,
      )
    ).map((row) => row.seconds);
  await fleet.eventually('the good one counts', async () => (await seconds()).join() === '100', 15);

  // The same key later, with more.
  const later = { ...good, seconds: 250, launches: { user: 1 } };
  await device.acknowledged('report', device.report({ ...next, sequence: 4, usage: usage([later]) }));
  await fleet.eventually('the later one counts', async () => (await seconds()).join() === '250', 15);
  console.log(
    `${Object.keys(refused).length + 1} poisoned envelopes refused, ${poison.length} poisoned records put aside, 2 of 2 good values in the aggregate`,
  );
}, 90_000);

test('bodies that are no envelope, too large, of another type or another`s signature store nothing', async () => {
  const device = await enrolled('refused');
  const stranger = new ScriptedDevice(fleet.agentUrl);
  const head = async (): Promise<number> =>
    ((await (await fetch(`${fleet.adminUrl}/api/pipeline`)).json()) as { stream: { head: number } }).stream
      .head;
  const before = await head();
  const good = baseline(device, []);
  const refused = async (body: Uint8Array, status: number, code: string): Promise<void> => {
    const answer = await device.post('report', body);
    expect([answer.status, (JSON.parse(answer.body.toString()) as { code: string }).code]).toEqual([
      status,
      code,
    ]);
  };
  await refused(good.subarray(0, 40), 400, 'envelope-malformed');
  await refused(new Uint8Array(2 * 1024 * 1024), 413, 'body-too-large');
  await refused(stranger.report({ sequence: 1 }), 401, 'key-unknown');
  const tampered = Uint8Array.from(good);
  tampered[10] = (tampered[10] ?? 0) ^ 1;
  await refused(tampered, 401, 'signature-wrong');
  const other = await fetch(`${fleet.agentUrl}/v1/report`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.from(good),
  });
  expect(other.status).toBe(415);
  expect(await head()).toBe(before);
}, 60_000);
