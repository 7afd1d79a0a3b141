import { EnrolRequest, EnrolResponse, resealEnvelope, sealEnvelope } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEY_OVERLAP_MS } from '../control/replaced-keys.ts';
import { type ReceivingCollector, startReceiving } from './fixtures/receiving-collector.ts';
import { post, TestDevice } from './fixtures/test-device.ts';

let collector: ReceivingCollector;
let now = 1_900_000_000_000;
let port: number;
beforeAll(async () => {
  collector = await startReceiving();
  ({ port } = await collector.listen({ clock: { now: () => now } as never }));
});
afterAll(() => collector.close());

/** The device under another key, as soon as the collector agrees. */
function successorOf(device: TestDevice): TestDevice {
  return Object.assign(new TestDevice(), {
    deviceId: device.deviceId,
    collectorId: device.collectorId,
    epochId: device.epochId,
  });
}

function offer(device: TestDevice, next: TestDevice, signers = [next, device]) {
  const request = EnrolRequest.encode({ publicKey: next.publicKey, previousKey: device.publicKey }).finish();
  const [first, second] = signers as [TestDevice, TestDevice?];
  return post(port, '/v1/enrol', sealEnvelope('EnrolRequest', request, first, second));
}
const report = (device: TestDevice, sequence: number) =>
  post(port, '/v1/report', device.report({ sequence }));

test('a device goes on under a new key; the old one is refused once both counted long enough', async () => {
  const device = await collector.newDevice();
  const next = successorOf(device);
  expect((await report(next, 1)).code).toBe('key-unknown');
  const answer = await offer(device, next);
  expect(answer.status).toBe(200);
  expect(Buffer.from(EnrolResponse.decode(answer.body).deviceId)).toEqual(Buffer.from(device.deviceId));
  // No gap for either.
  expect((await report(device, 1)).status).toBe(200);
  expect((await report(next, 2)).status).toBe(200);
  now += KEY_OVERLAP_MS;
  const stored = await collector.stored();
  expect(await report(device, 3)).toMatchObject({ status: 403, code: 'key-replaced' });
  expect(await collector.stored()).toBe(stored);
  // What was composed before is the same report under the new key.
  const waiting = device.report({ sequence: 3 });
  expect((await post(port, '/v1/report', waiting)).code).toBe('key-replaced');
  expect((await post(port, '/v1/report', resealEnvelope(waiting, next))).status).toBe(200);
});

test('both keys must have signed, whoever asks', async () => {
  const [device, thief] = [await collector.newDevice(), new TestDevice()];
  expect((await offer(device, thief, [thief])).code).toBe('signature-missing');
  expect((await offer(device, thief, [thief, thief])).code).toBe('key-unknown');
  expect((await offer(device, thief, [device, thief])).code).toBe('key-unknown');
  expect((await offer(new TestDevice(), thief)).code).toBe('key-unknown');
  expect((await report(device, 1)).status).toBe(200);
});

test('an offer that is replayed changes nothing, also when its keys are old', async () => {
  const device = await collector.newDevice();
  const [second, third] = [successorOf(device), successorOf(device)];
  const request = EnrolRequest.encode({ publicKey: second.publicKey, previousKey: device.publicKey });
  const captured = sealEnvelope('EnrolRequest', request.finish(), second, device);
  expect((await post(port, '/v1/enrol', captured)).status).toBe(200);
  expect((await post(port, '/v1/enrol', captured)).status).toBe(200);
  expect((await offer(second, third)).status).toBe(200);
  now += KEY_OVERLAP_MS;
  expect((await post(port, '/v1/enrol', captured)).code).toBe('key-replaced');
  expect((await report(third, 1)).status).toBe(200);
  expect((await report(second, 1)).code).toBe('key-replaced');
});
