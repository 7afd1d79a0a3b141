/**
 * 50,000 damaged messages through everything that looks at a body before it is stored, rightly signed where the damage is
 * inside, so that it gets past the signature. What is measured is processor time of this thread alone: whatever else runs
 * on the machine, no message may keep the event loop for long.
 */
import { EnrolRequest, EvidenceBatch, encodeSlots, Report } from '@fleetmeter/proto';
import { EnvelopeError } from '@fleetmeter/proto/opening';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REFUSALS, Refusal } from '../validate/refusals.ts';
import { type ReceivingCollector, startReceiving } from './fixtures/receiving-collector.ts';
import { seededRandom } from './fixtures/seeded-random.ts';
import type { TestDevice } from './fixtures/test-device.ts';
import { openEnrolRequest, openEvidence, openReport } from './open-message.ts';

const MESSAGES = 50_000;
const SEED = Number(process.env.FLEETMETER_SEED ?? 20_261_124);
/** As the table of reliability says, of one message in one turn. */
const LONGEST_MS = 5;
/** Compiling and collecting garbage fall on some message or other: what takes long is opened again, and what a message costs is the least. */
const TRIES = 3;
/** With whatever falls on it. */
const LONGEST_AT_FIRST_MS = 50;

let collector: ReceivingCollector;
let device: TestDevice;
beforeAll(async () => {
  collector = await startReceiving();
  device = await collector.newDevice();
});
afterAll(() => collector.close());

type Random = () => number;

/** The same number in more bytes than it needs: what two decoders may read differently. */
function widenedVarint(bytes: Buffer, at: number): Buffer {
  let end = at;
  while (end < bytes.length && (bytes[end] as number) >= 0x80) end++;
  if (end >= bytes.length || end - at > 5) return bytes;
  return Buffer.concat([
    bytes.subarray(0, end),
    Buffer.from([(bytes[end] as number) | 0x80, 0x80, 0x00]),
    bytes.subarray(end + 1),
  ]);
}

const INSERTS = [
  Buffer.from([0x0b]), // a group
  Buffer.from([0x0c]), // its end
  Buffer.from([0xfa, 0x07, 0x03, 1, 2, 3]), // an unknown field
  Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x07]), // 2 GB
  Buffer.from([0x20, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]), // -1
  Buffer.from([0x20, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]), // 2^63
  Buffer.from('__proto__constructor'),
  Buffer.from('\u202e\u001b[2J\u0000'),
  Buffer.from([0xff, 0xfe]),
  Buffer.alloc(300),
];

function mutated(sample: Uint8Array, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(sample);
  for (let left = 1 + Math.floor(random() * 3); left > 0; left--) {
    const at = Math.floor(random() * bytes.length);
    const kind = Math.floor(random() * 6);
    if (kind === 0) bytes = bytes.subarray(0, at);
    else if (kind === 1) bytes = widenedVarint(bytes, at);
    else if (kind === 2) {
      const insert = INSERTS[Math.floor(random() * INSERTS.length)] as Buffer;
      bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at)]);
    } else if (kind === 3) {
      const from = Math.floor(random() * bytes.length);
      bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(from)]);
    } else if (kind === 4) bytes[at] = Math.floor(random() * 256);
    else bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  }
  return bytes;
}

function samples(): { kind: 'Report' | 'EvidenceBatch' | 'EnrolRequest'; message: Uint8Array }[] {
  const { collectorId, deviceId } = device;
  const record = { day: 20_000, executableId: Buffer.alloc(8, 1), seconds: 60, slots: encodeSlots([1, 280]) };
  const report = device.fields({
    sequence: 300,
    composedAt: 1_800_000_000,
    digestAfter: { count: 2, sum: Buffer.alloc(16, 9) },
    inventory: { baseline: true, presentIds: Buffer.from('01000000000000000200000000000000', 'hex') },
    usage: { runs: Buffer.alloc(8), users: [Buffer.alloc(8)], records: [record] },
    host: { hostname: '__proto__', os: 'linux', hardware: { macAddresses: [Buffer.alloc(6)] } },
    cost: { skipped: [{ reason: 1, count: 1 }] },
  });
  const records = [{ executableId: Buffer.alloc(8), evidence: Buffer.alloc(40, 7), encodingVersion: 1 }];
  return [
    { kind: 'Report', message: Report.encode(report).finish() },
    { kind: 'EvidenceBatch', message: EvidenceBatch.encode({ collectorId, deviceId, records }).finish() },
    {
      kind: 'EnrolRequest',
      message: EnrolRequest.encode({ publicKey: device.publicKey, secret: collector.secret }).finish(),
    },
  ];
}

const openers = {
  Report: (body: Uint8Array) => openReport(body, collector.receiver, 1),
  EvidenceBatch: (body: Uint8Array) => openEvidence(body, collector.receiver, 1),
  EnrolRequest: (body: Uint8Array) => openEnrolRequest(body),
};

/** Names of everything that damaged input could have put where all objects inherit from. */
function canary(): string {
  return [Object.prototype, Array.prototype, Function.prototype, Uint8Array.prototype]
    .map((each) => Reflect.ownKeys(each).map(String).join())
    .join('\n');
}

/** Whether it opens, or the code with which it is refused, and the processor time of that. */
function timed(open: (body: Uint8Array) => unknown, body: Uint8Array): { outcome: string; ms: number } {
  const began = process.threadCpuUsage();
  let outcome = 'opened';
  try {
    open(body);
  } catch (error) {
    // Anything else is a fault of ours, and ends the test.
    if (error instanceof Refusal) outcome = error.code;
    else if (error instanceof EnvelopeError) outcome = error.fault;
    else throw error;
  }
  const { user, system } = process.threadCpuUsage(began);
  return { outcome, ms: (user + system) / 1000 };
}

test(`${MESSAGES} damaged messages: each opens or is refused with a code, none takes ${LONGEST_MS} ms, no prototype changes`, () => {
  const random = seededRandom(SEED);
  const all = samples();
  const before = canary();
  const outcomes = new Map<string, number>();
  let longestMs = 0;
  let firstLongestMs = 0;
  let totalMs = 0;
  for (let round = 0; round < MESSAGES; round++) {
    const { kind, message } = all[round % all.length] as (typeof all)[number];
    const place = random();
    const body =
      place < 0.3 ? mutated(device.seal(kind, message), random) : device.seal(kind, mutated(message, random));
    let { outcome, ms } = timed(openers[kind], body);
    firstLongestMs = Math.max(firstLongestMs, ms);
    for (let tries = 1; ms >= LONGEST_MS && tries < TRIES; tries++)
      ms = Math.min(ms, timed(openers[kind], body).ms);
    longestMs = Math.max(longestMs, ms);
    totalMs += ms;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  expect(canary()).toBe(before);
  expect(longestMs).toBeLessThan(LONGEST_MS);
  expect(firstLongestMs).toBeLessThan(LONGEST_AT_FIRST_MS);
  expect([...outcomes.keys()].filter((code) => code !== 'opened' && !(code in REFUSALS))).toEqual([]);
  // The damage must have reached past the first checks, and not all of it can have been noticed.
  for (const code of [
    'opened',
    'envelope-malformed',
    'signature-wrong',
    'key-unknown',
    'message-malformed',
    'id-malformed',
    'text-malformed',
    'device-mismatch',
    'public-key-malformed',
  ])
    expect(outcomes.get(code) ?? 0, code).toBeGreaterThan(0);
  console.log(
    `seed ${SEED}: ${MESSAGES} messages, ${(totalMs / MESSAGES).toFixed(3)} ms of processor each, the longest ${longestMs.toFixed(1)} ms (${firstLongestMs.toFixed(1)} at first); ${[
      ...outcomes,
    ]
      .sort(([, a], [, b]) => b - a)
      .map(([code, count]) => `${count} ${code}`)
      .join(', ')}`,
  );
}, 300_000);
