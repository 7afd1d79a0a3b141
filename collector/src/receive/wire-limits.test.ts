import { readFileSync } from 'node:fs';
import { EnrolRequest, Envelope, EvidenceBatch, encodeSlots, Report } from '@fleetmeter/proto';
import { expect, test } from 'vitest';
import { Refusal } from '../validate/refusals.ts';
import { seededRandom } from './fixtures/seeded-random.ts';
import { ENROL_REQUEST_RULE, ENVELOPE_RULE, EVIDENCE_BATCH_RULE, REPORT_RULE } from './message-rules.ts';
import { checkWire, type FieldRule, type MessageRule } from './wire-limits.ts';

const codeOf = (work: () => void): string | undefined => {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return undefined;
};
const check = (bytes: Uint8Array, rule = REPORT_RULE) => codeOf(() => checkWire(bytes, rule, 'Message'));
const repeat = (bytes: readonly number[], times: number) =>
  Buffer.concat(Array(times).fill(Buffer.from(bytes)));

test('the rules have the names, numbers, types and repetition of the .proto files', () => {
  const schema = readSchema();
  const compare = (rule: MessageRule, name: string): void => {
    const fields = schema.get(name);
    if (!fields) throw new Error(`no message ${name}`);
    expect({ [name]: Object.fromEntries(Object.entries(rule).map(([n, f]) => [n, described(f)])) }).toEqual({
      [name]: Object.fromEntries([...fields].map(([n, f]) => [n, f.text])),
    });
    for (const [number, field] of Object.entries(rule))
      if (field.type === 'message') compare(field.message, fields.get(Number(number))?.type as string);
  };
  compare(ENVELOPE_RULE, 'Envelope');
  compare(REPORT_RULE, 'Report');
  compare(EVIDENCE_BATCH_RULE, 'EvidenceBatch');
  compare(ENROL_REQUEST_RULE, 'EnrolRequest');
});

const ENUMS = new Set(['JoinKind', 'SkipReason']);
const described = (field: FieldRule) => `${field.repeated ? 'repeated ' : ''}${field.type} ${field.name}`;

/** Messages of the schema: field number -> "type name" as the rules would describe it. */
function readSchema(): Map<string, Map<number, { text: string; type: string }>> {
  const folder = new URL('../../../proto/fleetmeter/v1/', import.meta.url);
  const messages = new Map<string, Map<number, { text: string; type: string }>>();
  for (const file of ['envelope', 'report', 'evidence', 'enrolment', 'host']) {
    const text = readFileSync(new URL(`${file}.proto`, folder), 'utf8');
    for (const [, name, body] of text.matchAll(/message (\w+) \{([^}]*)\}/g)) {
      const fields = new Map<number, { text: string; type: string }>();
      for (const [, label, type, field, number] of (body as string).matchAll(
        /^ {2}(repeated |optional )?(\w+) (\w+) = (\d+);/gm,
      )) {
        const scalar = ['uint32', 'sint32', 'bool', 'bytes', 'string'].includes(type as string);
        const kind = scalar ? type : ENUMS.has(type as string) ? 'enum' : 'message';
        const repeated = label === 'repeated ' ? 'repeated ' : '';
        fields.set(Number(number), { text: `${repeated}${kind} ${field}`, type: type as string });
      }
      messages.set(name as string, fields);
    }
  }
  return messages;
}

test.each([
  ['usage records', repeat([0x1a, 0], 500_000), 10, REPORT_RULE],
  ['signatures', repeat([0x1a, 0], 500_000), 0, ENVELOPE_RULE],
  ['evidence records', repeat([0x1a, 0], 500_000), 0, EVIDENCE_BATCH_RULE],
  ['unknown fields', repeat([0xf8, 0x07, 0], 350_000), 0, REPORT_RULE],
])('1 MB of empty %s costs less than 5 ms', (_name, flood, inside, rule) => {
  const bytes = inside ? Buffer.concat([wrapped(inside, flood)]) : flood;
  // The best of several: other programs run on this machine too.
  const times = Array.from({ length: 8 }, () => {
    const began = performance.now();
    expect(check(bytes, rule)).toBe('elements-too-many');
    return performance.now() - began;
  });
  expect(Math.min(...times)).toBeLessThan(5);
});

/** The bytes as the content of a field. */
function wrapped(field: number, content: Buffer): Buffer {
  const length: number[] = [];
  let rest = content.length;
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...length, rest]), content]);
}

test.each([
  ['a group', [0x0b]],
  ['an end of group', [0x0c]],
  ['a field number 0', [0x00, 0x01]],
  ['wire type 6', [0x0e]],
  ['a length beyond the end', [0x0a, 0x05, 1]],
  ['a length of 2 GB', [0x0a, 0xff, 0xff, 0xff, 0xff, 0x07]],
  ['a length of 2^63', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ['an integer of eleven bytes', [0x20, ...Array(10).fill(0x80), 1]],
  ['an integer of 2^32', [0x20, 0x80, 0x80, 0x80, 0x80, 0x10]],
  ['a negative integer', [0x20, ...Array(9).fill(0xff), 1]],
  ['a singular field twice', [0x20, 1, 0x20, 2]],
  ['a number where bytes belong', [0x08, 1]],
  ['bytes where a number belongs', [0x22, 1, 1]],
  ['a fixed32 that is cut off', [0xfd, 0x07, 1]],
  ['a tag that is cut off', [0x80]],
])('%s is malformed', (_name, bytes) => {
  expect(check(Buffer.from(bytes))).toBe('message-malformed');
});

test('text must be UTF-8 and bounded', () => {
  expect(check(wrapped(11, wrapped(1, Buffer.from([0xff, 0xfe]))))).toBe('text-malformed');
  expect(check(wrapped(11, wrapped(1, Buffer.alloc(65_536, 97))))).toBe('text-malformed');
  expect(check(wrapped(11, wrapped(1, Buffer.from('__proto__\u202e\u001b'))))).toBeUndefined();
});

test('a few fields of a newer agent are let through', () => {
  const newer = Buffer.concat([
    repeat([0xf8, 0x07, 1], 10),
    wrapped(13, Buffer.from('x')),
    Buffer.from([0x20, 1]),
  ]);
  expect(check(newer)).toBeUndefined();
});

test('what a real report may hold at most is let through', () => {
  const slots = Buffer.alloc(36, 0xff);
  const records = Array.from({ length: 5000 }, () => ({ executableId: Buffer.alloc(8), day: 20_000, slots }));
  const usage = { runs: Buffer.alloc(8), users: [Buffer.alloc(8)], records };
  const presentIds = Buffer.alloc(100_000 * 8);
  expect(check(Report.encode({ usage, inventory: { presentIds } }).finish())).toBeUndefined();
});

test('whatever the walk lets through can be decoded: 20,000 mutated messages', () => {
  const samples: [MessageRule, Uint8Array, (bytes: Uint8Array) => unknown][] = [
    [REPORT_RULE, sampleReport(), (bytes) => Report.decode(bytes)],
    [EVIDENCE_BATCH_RULE, sampleBatch(), (bytes) => EvidenceBatch.decode(bytes)],
    [ENVELOPE_RULE, sampleEnvelope(), (bytes) => Envelope.decode(bytes)],
    [
      ENROL_REQUEST_RULE,
      EnrolRequest.encode({ publicKey: Buffer.alloc(32) }).finish(),
      (bytes) => EnrolRequest.decode(bytes),
    ],
  ];
  const random = seededRandom(20_261_123);
  let passed = 0;
  for (let round = 0; round < 20_000; round++) {
    const [rule, sample, decode] = samples[round % samples.length] as (typeof samples)[number];
    const bytes = mutated(sample, random);
    if (check(bytes, rule) !== undefined) continue;
    passed += 1;
    expect(() => decode(bytes)).not.toThrow();
  }
  expect(passed).toBeGreaterThan(1000);
  expect(passed).toBeLessThan(19_000);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

const sampleReport = () =>
  Report.encode({
    collectorId: Buffer.alloc(16, 1),
    deviceId: Buffer.alloc(8, 2),
    epoch: {
      id: Buffer.alloc(16, 3),
      parent: { id: Buffer.alloc(16, 4), sequence: 9, digest: { count: 3 } },
    },
    sequence: 300,
    utcOffsetSeconds: -3600,
    inventory: { baseline: true, presentIds: Buffer.alloc(16), part: 0, parts: 2 },
    usage: {
      runs: Buffer.alloc(8),
      users: [Buffer.alloc(8)],
      records: [
        {
          day: 20_000,
          executableId: Buffer.alloc(8),
          launches: { user: 3 },
          slots: encodeSlots([1, 2, 280]),
        },
      ],
      coverage: [{ day: 20_000, seconds: 80_000 }],
    },
    host: { hostname: 'höst', joinKind: 2, ephemeral: false, hardware: { macAddresses: [Buffer.alloc(6)] } },
    cost: { skipped: [{ reason: 1, count: 3 }] },
  }).finish();
const sampleBatch = () =>
  EvidenceBatch.encode({
    records: [{ executableId: Buffer.alloc(8), evidence: Buffer.alloc(40, 7), encodingVersion: 1 }],
  }).finish();
const sampleEnvelope = () =>
  Envelope.encode({ payload: Buffer.alloc(50, 5), payloadType: 'x', signatures: [{ keyid: 'k' }] }).finish();

function mutated(sample: Uint8Array, random: () => number): Uint8Array {
  const bytes = Buffer.from(sample);
  const at = Math.floor(random() * bytes.length);
  switch (Math.floor(random() * 4)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.floor(random() * bytes.length))]);
    case 2:
      bytes[at] = Math.floor(random() * 256);
      return bytes;
    default:
      for (let flips = 0; flips < 4; flips++) {
        const place = Math.floor(random() * bytes.length);
        bytes[place] = (bytes[place] as number) ^ (1 << Math.floor(random() * 8));
      }
      return bytes;
  }
}
