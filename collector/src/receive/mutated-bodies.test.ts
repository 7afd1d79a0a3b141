import http from 'node:http';
import { encodeSlots, Report, type ReportFields } from '@fleetmeter/proto';
import { expect, test } from 'vitest';
import { startReceiving } from './fixtures/receiving-collector.ts';
import { seededRandom } from './fixtures/seeded-random.ts';
import { post, type TestDevice } from './fixtures/test-device.ts';

const BODIES = 20_000;
const AT_ONCE = 16;

test(`${BODIES} mutated bodies: no 5xx, nothing stored but what was acknowledged, nothing left behind`, async () => {
  const collector = await startReceiving();
  const device = await collector.newDevice();
  const random = seededRandom(42);
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const statuses = new Map<number, number>();
  const codes = new Set<string>();
  let worstBlockMs = 0;
  let left = BODIES;
  const sendSome = async (): Promise<void> => {
    while (left-- > 0) {
      const route = random() < 0.8 ? 'report' : random() < 0.5 ? 'evidence' : 'enrol';
      const answer = await post(collector.port, `/v1/${route}`, mutatedBody(device, random), {}, agent);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.code) codes.add(answer.code);
    }
  };
  let last = performance.now();
  const watch = setInterval(() => {
    worstBlockMs = Math.max(worstBlockMs, performance.now() - last - 5);
    last = performance.now();
  }, 5);
  await Promise.all(Array.from({ length: AT_ONCE }, sendSome));
  clearInterval(watch);
  agent.destroy();

  expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([]);
  expect([...statuses.values()].reduce((sum, count) => sum + count, 0)).toBe(BODIES);
  expect(await collector.stored()).toBe(statuses.get(200) ?? 0);
  expect(collector.control.deviceCount()).toBe(1);
  // The mutations must have reached past the first checks for this to mean anything.
  for (const code of [
    'envelope-malformed',
    'signature-wrong',
    'message-malformed',
    'payload-malformed',
    'id-malformed',
  ])
    expect(codes).toContain(code);
  expect(worstBlockMs).toBeLessThan(2_000);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect((await post(collector.port, '/v1/report', device.report())).status).toBe(200);
  await collector.close();
}, 120_000);

/** Damages the envelope, the compressed payload, or the message inside; the latter two rightly signed. */
function mutatedBody(device: TestDevice, random: () => number): Uint8Array {
  const body = device.report(FIELDS);
  const place = random();
  if (place < 0.5) return mutated(body, random);
  if (place < 0.6) return device.signed('Report', mutated(body.subarray(3), random));
  return device.seal('Report', mutated(Report.encode(device.fields(FIELDS)).finish(), random));
}

const FIELDS: ReportFields = {
  sequence: 300,
  digestAfter: { count: 2, sum: Buffer.alloc(16, 9) },
  inventory: { baseline: true, presentIds: Buffer.from('01000000000000000200000000000000', 'hex') },
  usage: {
    runs: Buffer.alloc(8),
    users: [Buffer.alloc(8)],
    records: [
      { day: 20_000, executableId: Buffer.alloc(8, 1), seconds: 60, slots: encodeSlots([1, 2, 280]) },
    ],
  },
  host: { hostname: 'computer', os: 'linux' },
};

function mutated(sample: Uint8Array, random: () => number): Uint8Array {
  const bytes = Buffer.from(sample);
  const at = Math.floor(random() * bytes.length);
  const kind = random();
  if (kind < 0.2) return bytes.subarray(0, at);
  if (kind < 0.4)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.floor(random() * bytes.length))]);
  for (let flips = kind < 0.7 ? 1 : 5; flips > 0; flips--) {
    const byte = Math.floor(random() * bytes.length);
    bytes[byte] = Math.floor(random() * 256);
  }
  return bytes;
}
