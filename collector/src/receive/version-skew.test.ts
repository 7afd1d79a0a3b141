/** Agents of older and newer versions against this collector: N-2 to N+1. */
import { readdirSync, readFileSync } from 'node:fs';
import {
  Acknowledgement,
  ENVELOPE_CONTENT_TYPE,
  EnrolRequest,
  EnrolResponse,
  Report,
  type ReportFields,
} from '@fleetmeter/proto';
import { reopenVerifiedEnvelope } from '@fleetmeter/proto/opening';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ReceivingCollector, startReceiving } from './fixtures/receiving-collector.ts';
import { post, TestDevice } from './fixtures/test-device.ts';

let collector: ReceivingCollector;
beforeAll(async () => {
  collector = await startReceiving();
});
afterAll(() => collector.close());

const golden = new URL('../../../proto/golden/v1/', import.meta.url);
const reportsOnDisk = readdirSync(golden).filter((name) => /^report-.*\.bin$/.test(name));
const messageOf = (name: string) => readFileSync(new URL(name, golden));

/** Field of any number, as a version that knows more would send it. */
function lengthField(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(content.length)]), content]);
}
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
const FROM_THE_FUTURE = Buffer.from('of a later version');
/** Unknown fields of every wire type. */
const unknown = Buffer.concat([
  lengthField(3_000, FROM_THE_FUTURE),
  Buffer.from([...varint(3_001 * 8), 7]),
  Buffer.from([...varint(3_002 * 8 + 1), ...Buffer.alloc(8, 0xff)]),
  Buffer.from([...varint(3_003 * 8 + 5), ...Buffer.alloc(4, 0xff)]),
]);

/** A message of the golden files as this device would have sent it. */
function addressed(message: Uint8Array, device: TestDevice): ReportFields {
  const { collectorId, deviceId } = device;
  return { ...Report.decode(message), collectorId, deviceId };
}

async function lastStored() {
  const { head } = await collector.stream.stats();
  const { records } = await collector.stream.read(head - 1, { maxRecords: 1, maxBytes: 1 << 20 });
  return records[0];
}

describe('older agents', () => {
  test.each(reportsOnDisk)('%s is taken and can be processed', async (name) => {
    const device = await collector.newDevice();
    const fields = addressed(messageOf(name), device);
    const body = device.seal('Report', Report.encode(fields).finish());
    const answer = await post(collector.port, '/v1/report', body);
    // The least that the schema allows names no epoch, which no version ever sent.
    if (!fields.epoch?.id) {
      expect(answer.code).toBe('id-malformed');
      return;
    }
    expect([answer.status, answer.code]).toEqual([200, undefined]);
    const record = await lastStored();
    const stored = reopenVerifiedEnvelope(record?.envelope as Uint8Array, 'Report', 1 << 20);
    expect(Report.decode(stored.message)).toEqual(Report.decode(Report.encode(fields).finish()));
  });

  test('the first version: no chain, no version of settings, no notice, no group tag', async () => {
    const device = await collector.newDevice();
    const message = Report.encode(device.fields({ host: { hostname: 'old' } })).finish();
    const { previousHash, settingsVersion, noticeSerial } = Report.decode(message);
    expect([previousHash.length, settingsVersion ?? 0, noticeSerial]).toEqual([0, 0, 0]);
    const answer = await post(collector.port, '/v1/report', device.seal('Report', message));
    expect(Acknowledgement.decode(answer.body).acceptedSequence).toBe(1);
  });
});

describe('newer agents', () => {
  test('a report with fields that nobody knows here is taken, and kept with them byte for byte', async () => {
    const device = await collector.newDevice();
    const known = Report.encode(device.fields({ sequence: 3 })).finish();
    const host = lengthField(11, Buffer.concat([lengthField(1, Buffer.from('newer')), unknown]));
    const message = Buffer.concat([unknown, known, host, unknown]);
    const body = device.seal('Report', message);
    const answer = await post(collector.port, '/v1/report', body);
    expect(Acknowledgement.decode(answer.body).acceptedSequence).toBe(3);
    const stored = (await lastStored())?.envelope as Uint8Array;
    expect(Buffer.compare(stored, body)).toBe(0);
    const reopened = reopenVerifiedEnvelope(stored, 'Report', 1 << 20).message;
    expect(reopened).toEqual(message);
    expect(reopened.toString('latin1').split(FROM_THE_FUTURE.toString()).length - 1).toBe(3);
    expect(Report.decode(reopened)).toMatchObject({ sequence: 3, host: { hostname: 'newer' } });
  });

  test('a kind of joining that is not in the list here', async () => {
    const device = await collector.newDevice();
    const known = Report.encode(device.fields({ sequence: 4 })).finish();
    const message = Buffer.concat([known, lengthField(11, Buffer.from([11 * 8, 99]))]);
    expect((await post(collector.port, '/v1/report', device.seal('Report', message))).status).toBe(200);
  });

  test('joining with fields that nobody knows here', async () => {
    const device = new TestDevice();
    const fields = { publicKey: device.publicKey, secret: collector.secret };
    const message = Buffer.concat([EnrolRequest.encode(fields).finish(), unknown]);
    const answer = await post(collector.port, '/v1/enrol', device.seal('EnrolRequest', message));
    expect(EnrolResponse.decode(answer.body).deviceId).toHaveLength(8);
  });

  test('another version of the wire is told in words what is spoken here, on every route, and nothing is stored', async () => {
    const device = await collector.newDevice();
    const before = await collector.stored();
    for (const route of ['enrol', 'report', 'evidence'])
      for (const version of [0, 2, 17]) {
        const type = `application/x-fm${version}`;
        const answer = await post(collector.port, `/v1/${route}`, device.report(), { 'content-type': type });
        expect(answer).toMatchObject({ status: 415, code: 'wire-version-unsupported' });
        expect(answer.headers).toMatchObject({ 'accept-post': ENVELOPE_CONTENT_TYPE, 'retry-after': '3600' });
        expect(JSON.parse(answer.body.toString())).toMatchObject({
          permanent: false,
          detail: `this collector speaks ${ENVELOPE_CONTENT_TYPE}, not ${type}`,
        });
      }
    expect(await collector.stored()).toBe(before);
  });
});
