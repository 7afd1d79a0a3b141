import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  Acknowledgement,
  decodeIdList,
  ENVELOPE_CONTENT_TYPE,
  EvidenceBatch,
  encodeIdList,
  Report,
  type ReportFields,
} from '@fleetmeter/proto';
import { reopenVerifiedEnvelope } from '@fleetmeter/proto/opening';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../clock/clock.ts';
import type { ProcessedRange } from '../control/contract/range-commits.ts';
import { BaselineAdmission } from './baseline-admission.ts';
import { type ReceivingCollector, startReceiving } from './fixtures/receiving-collector.ts';
import { post, TestDevice } from './fixtures/test-device.ts';

let collector: ReceivingCollector;
beforeAll(async () => {
  collector = await startReceiving();
});
afterAll(() => collector.close());

const everything = { maxRecords: 4096, maxBytes: 1 << 28 };
const range = (changes: Partial<ProcessedRange>): ProcessedRange => ({
  checkpoint: 0,
  dirty: [],
  directives: [],
  resolved: [],
  superseded: [],
  evidenceProcessed: [],
  undescribedUse: [],
  quarantined: [],
  now: Date.now(),
  ...changes,
});
async function report(device: TestDevice, changes = {}) {
  const answer = await post(collector.port, '/v1/report', device.report(changes));
  expect(answer.status).toBe(200);
  return Acknowledgement.decode(answer.body);
}
const asked = (acknowledgement: Acknowledgement) =>
  acknowledgement.directives.flatMap((directive) =>
    directive.sendEvidence ? decodeIdList(Uint8Array.from(directive.sendEvidence.executableIds ?? [])) : [],
  );

test('a report is acknowledged by its sequence and stored byte for byte', async () => {
  const device = await collector.newDevice();
  const { head } = await collector.stream.stats();
  const body = device.report({ sequence: 7 });
  const answer = await post(collector.port, '/v1/report', body);
  const acknowledgement = Acknowledgement.decode(answer.body);
  expect(acknowledgement.acceptedSequence).toBe(7);
  expect(Math.abs(acknowledgement.collectorTime - Date.now() / 1000)).toBeLessThan(5);
  const [stored] = (await collector.stream.read(head, everything)).records;
  expect(stored).toMatchObject({ kind: 'report', deviceId: device.deviceHex });
  expect(Buffer.compare(stored?.envelope ?? Buffer.alloc(0), body)).toBe(0);
  const reopened = reopenVerifiedEnvelope(stored?.envelope as Uint8Array, 'Report', 1 << 20);
  expect(Report.decode(reopened.message).sequence).toBe(7);
});

test('the same report again is acknowledged again', async () => {
  const device = await collector.newDevice();
  for (let time = 0; time < 3; time++) expect((await report(device)).acceptedSequence).toBe(1);
});

test('enrolling again with the same key gives the same id', async () => {
  const device = await collector.newDevice();
  const { deviceHex } = device;
  await device.enrol(collector.port, collector.secret);
  expect(device.deviceHex).toBe(deviceHex);
  expect(Buffer.compare(device.collectorId, collector.control.collectorId)).toBe(0);
});

test('nobody can enrol the key of another', async () => {
  const [victim, thief] = [new TestDevice(), new TestDevice()];
  const { EnrolRequest } = await import('@fleetmeter/proto');
  const body = thief.seal('EnrolRequest', EnrolRequest.encode({ publicKey: victim.publicKey }).finish());
  expect((await post(collector.port, '/v1/enrol', body)).code).toBe('key-unknown');
});

test('no acknowledgement before the commit, and none when it fails', async () => {
  const device = await collector.newDevice();
  let fail: (error: Error) => void = () => {};
  let appended = false;
  const stream = {
    append: () => {
      appended = true;
      return new Promise<number>((_, reject) => {
        fail = reject;
      });
    },
  };
  const { port } = await collector.listen({ stream });
  let answered = false;
  const answer = post(port, '/v1/report', device.report()).then((result) => {
    answered = true;
    return result;
  });
  while (!appended) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(answered).toBe(false);
  fail(new Error('EIO: fsync'));
  expect(await answer).toMatchObject({ status: 503, code: 'stream-unavailable' });
});

test('evidence is asked for up to 500 at a time, and the next part with the acknowledgement of the first', async () => {
  const device = await collector.newDevice();
  const presentIds = encodeIdList(Array.from({ length: 1200 }, () => randomBytes(8).toString('hex')));
  const first = await report(device, { inventory: { baseline: true, presentIds } });
  expect(first.directives[0]).toMatchObject({ sequence: 1, action: 'sendEvidence' });
  expect(Buffer.compare(first.directives[0]?.epoch ?? Buffer.alloc(0), device.epochId)).toBe(0);
  const { collectorId, deviceId } = device;
  const batch = EvidenceBatch.encode({
    collectorId,
    deviceId,
    records: [{ executableId: Buffer.alloc(8), evidence: Buffer.alloc(3), encodingVersion: 1 }],
  }).finish();
  const all = new Set(asked(first));
  expect(all.size).toBe(500);
  for (const expected of [500, 200, 0]) {
    const answer = await post(collector.port, '/v1/evidence', device.seal('EvidenceBatch', batch));
    const next = asked(Acknowledgement.decode(answer.body));
    expect(next.length).toBe(expected);
    for (const id of next) all.add(id);
  }
  expect(all.size).toBe(1200);
});

test('an id is asked of one device at a time, and one whose evidence is processed of none', async () => {
  const [id, known] = ['ffffffffffffffff', 'fffffffffffffffe'];
  collector.control.internExecutables(encodeIdList([known]));
  collector.control.commitProcessed(range({ evidenceProcessed: [known] }));
  const changes = { inventory: { presentIds: encodeIdList([id, known]) } };
  const questions: string[][] = [];
  for (let number = 0; number < 3; number++)
    questions.push(asked(await report(await collector.newDevice(), changes)));
  expect(questions).toEqual([[id], [], []]);
});

test('a question that never reached its device is asked again', async () => {
  const device = await collector.newDevice();
  const id = randomBytes(8).toString('hex');
  const body = device.report({ inventory: { presentIds: encodeIdList([id]) } });
  let release: (offset: number) => void = () => {};
  let appended = false;
  const stream = {
    append: () => {
      appended = true;
      return new Promise<number>((resolve) => {
        release = resolve;
      });
    },
  };
  // One server, so that its leases are the ones asked later.
  const { port } = await collector.listen({ stream });
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `POST /v1/report HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: ${ENVELOPE_CONTENT_TYPE}\r\ncontent-length: ${body.length}\r\n\r\n`,
  );
  socket.write(body);
  while (!appended) await new Promise((resolve) => setTimeout(resolve, 5));
  socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 30));
  release(1);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const again = post(port, '/v1/report', body);
  await new Promise((resolve) => setTimeout(resolve, 30));
  release(2);
  expect(asked(Acknowledgement.decode((await again).body))).toEqual([id]);
});

test('a resync stays with every acknowledgement until the inventory came right; the others are told once', async () => {
  const device = await collector.newDevice();
  const { deviceHex: deviceId, epochId: epoch } = device;
  collector.control.commitProcessed(
    range({
      directives: [
        { deviceId, directive: { epoch, sequence: 1, resync: { head: { sequence: 1 } } } },
        { deviceId, directive: { epoch, sequence: 1, pollAgain: { afterSeconds: 5 } } },
      ],
    }),
  );
  const actions = async () => (await report(device)).directives.map((directive) => directive.action);
  expect(await actions()).toEqual(['resync', 'pollAgain']);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await actions()).toEqual(['resync']);
  collector.control.commitProcessed(range({ resolved: [{ deviceId, epochId: epoch, action: 'resync' }] }));
  expect(await actions()).toEqual([]);
});

test('a disk that is full when an answer has gone out ends nothing: what was told is told again', async () => {
  const device = await collector.newDevice();
  const { deviceHex: deviceId, epochId: epoch } = device;
  const pollAgain = { afterSeconds: 5 };
  collector.control.commitProcessed(
    range({ directives: [{ deviceId, directive: { epoch, sequence: 1, pollAgain } }] }),
  );
  const saboteur = new DatabaseSync(join(collector.dataDir, 'collector/control.db'));
  saboteur.exec("CREATE TRIGGER full BEFORE DELETE ON directives BEGIN SELECT raise(ABORT, 'no space'); END");
  const actions = async () => (await report(device)).directives.map((directive) => directive.action);
  for (let times = 0; times < 2; times++) {
    expect(await actions()).toEqual(['pollAgain']);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  saboteur.exec('DROP TRIGGER full');
  saboteur.close();
  await actions();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await actions()).toEqual([]);
});

test('each quarantined record is told once, at most twenty at a time and newest first', async () => {
  const device = await collector.newDevice();
  const quarantined = Array.from({ length: 25 }, (_, index) => ({
    reason: 'usage-day-out-of-window' as const,
    detail: 'day 1',
    deviceId: device.deviceHex,
    ...{ kind: 'usage' as const, epochNo: 1, offset: 1_000_000 + index, sequence: index + 1 },
    bytes: new Uint8Array(3).fill(index),
    at: Date.now(),
  }));
  collector.control.commitProcessed(range({ checkpoint: 1, quarantined }));
  const told = (await report(device)).quarantined;
  expect(told.length).toBe(20);
  expect(told[0]).toMatchObject({ sequence: 20, reason: 'usage-day-out-of-window', detail: 'day 1' });
  const soon = () => new Promise((resolve) => setTimeout(resolve, 20));
  await soon();
  const rest = (await report(device)).quarantined;
  expect(rest.map(({ sequence }) => sequence)).toEqual([25, 24, 23, 22, 21]);
  await soon();
  expect((await report(device)).quarantined).toEqual([]);
});

test('connections beyond the limit are dropped and counted, and one that goes makes room', async () => {
  const { port } = await collector.listen({ limits: { maxConnections: 2 } });
  const sockets = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  for (const socket of sockets) await once(socket, 'connect');
  const third = connect(port, '127.0.0.1');
  third.on('error', () => {});
  await once(third, 'close');
  expect((await collector.metrics.receive.connectionsDropped.get()).values[0]?.value).toBe(1);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await post(port, '/v1/report', Buffer.alloc(1))).code).toBe('envelope-malformed');
});

test('every fact of receiving is in the metrics', async () => {
  const text = await collector.metrics.registry.metrics();
  for (const name of ['requests_total', 'refusals_total', 'bytes_total', 'acknowledge_seconds_bucket'])
    expect(text).toContain(`fleetmeter_receive_${name}`);
});

test('while many have to send everything, the others are told when to come, and asked then', async () => {
  const clock = { ...systemClock, now: () => at };
  let at = 1_790_000_000_000;
  const admission = new BaselineAdmission({ perSecond: 1, burst: 1, longestWaitSeconds: 60 });
  const { port } = await collector.listen({ admission, clock });
  const devices = [await collector.newDevice(), await collector.newDevice(), await collector.newDevice()];
  const directives = devices.map(({ deviceHex: deviceId, epochId: epoch }) => ({
    deviceId,
    directive: { epoch, sequence: 1, resync: {} },
  }));
  collector.control.commitProcessed(range({ directives }));
  const told = async (device: TestDevice, fields: ReportFields) => {
    const { body } = await post(port, '/v1/report', device.report(fields));
    const { directives: asked, nextReportInSeconds } = Acknowledgement.decode(body);
    return [asked.filter(({ resync }) => resync).length, nextReportInSeconds];
  };
  const [first, second, third] = devices as [TestDevice, TestDevice, TestDevice];
  expect(await told(first, { sequence: 2 })).toEqual([1, null]);
  expect(await told(second, { sequence: 2 })).toEqual([0, 1]);
  expect(await told(third, { sequence: 2 })).toEqual([0, 2]);
  // The baseline that was asked for needs nobody's leave, and is not asked for again.
  expect(await told(first, { sequence: 3, inventory: { baseline: true } })).toEqual([0, null]);
  at += 1000;
  expect(await told(second, { sequence: 3 })).toEqual([1, null]);
  at += 1000;
  expect(await told(third, { sequence: 3 })).toEqual([1, null]);
  const counted = (await collector.metrics.receive.baselines.get()).values;
  expect(counted.find(({ labels }) => labels.outcome === 'postponed')?.value).toBeGreaterThanOrEqual(2);
});

test('a request for usage is told until a newer report proves that it arrived', async () => {
  const device = await collector.newDevice();
  const { deviceHex: deviceId, epochId: epoch } = device;
  const ask = (sequence: number) =>
    collector.control.commitProcessed(
      range({ directives: [{ deviceId, directive: { epoch, sequence, resendUsage: { sinceDay: 5 } } }] }),
    );
  const asks = async (sequence: number) => {
    const { directives } = await report(device, { sequence });
    await new Promise((resolve) => setTimeout(resolve, 20));
    return directives.filter(({ action }) => action === 'resendUsage').map((each) => each.sequence);
  };
  ask(2);
  expect(await asks(3)).toEqual([2]);
  // The answer was written and got lost: the same report again.
  expect(await asks(3)).toEqual([2]);
  // Another loss was noticed meanwhile.
  ask(3);
  expect(await asks(4)).toEqual([3]);
  expect(await asks(5)).toEqual([]);
  expect(await asks(5)).toEqual([]);
});
