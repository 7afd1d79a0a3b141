/**
 * Messages as version 1 encodes them, made by buf (another implementation) from the JSON beside them:
 *
 *     buf convert . --type fleetmeter.v1.Report --from value.json#format=json --to golden/v1/name.bin
 *
 * They are decoded for ever. A schema that no longer reads one of them cannot talk to agents in the field; add
 * files for new fields, never change or remove one.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import {
  Acknowledgement,
  EnrolRequest,
  EnrolResponse,
  Envelope,
  EvidenceBatch,
  Notice,
  Report,
} from './wire.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'golden/v1');

interface Codec {
  decode(bytes: Uint8Array): object;
  encode(message: object): { finish(): Uint8Array };
}
const codecs: Readonly<Record<string, Codec>> = {
  Envelope,
  Report,
  EvidenceBatch,
  Acknowledgement,
  EnrolRequest,
  EnrolResponse,
  Notice,
};

const golden = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => {
    const { type, value } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
      type: string;
      value: object;
    };
    const bytes = readFileSync(join(folder, name.replace(/json$/, 'bin')));
    return { name: name.replace('.json', ''), type, value, bytes, codec: codecs[type] as Codec };
  });

/** What was on the wire as JSON: fields that were not there are not there, bytes are base64. */
function asJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([, each]) => each !== null && each !== undefined && !(Array.isArray(each) && each.length === 0),
      )
      .map(([name, each]) => [name, asJson(each)]),
  );
}

describe('golden messages of version 1', () => {
  test.each(golden)('$name is still read', ({ bytes, value, codec }) => {
    expect(asJson(codec.decode(bytes))).toEqual(value);
  });

  test.each(golden)('$name is still written the same', ({ bytes, value, codec }) => {
    const written = codec.encode(codec.decode(bytes)).finish();
    expect(Buffer.from(written).toString('hex')).toBe(bytes.toString('hex'));
    expect(asJson(codec.decode(written))).toEqual(value);
  });

  test('each has its bytes, and every message that travels has one', () => {
    const stems = (extension: string) =>
      readdirSync(folder)
        .filter((name) => name.endsWith(extension))
        .map((name) => name.slice(0, -extension.length))
        .sort();
    expect(stems('.bin')).toEqual(stems('.json'));
    expect(new Set(golden.map(({ type }) => type))).toEqual(new Set(Object.keys(codecs)));
  });

  test('every field of every message is in one of them', () => {
    const seen = new Set<string>();
    for (const { type, value } of golden)
      noteFields(schema().lookupType(`fleetmeter.v1.${type}`), value, seen);
    const all = messageTypes().flatMap((type) =>
      type.fieldsArray.map((field) => `${type.name}.${field.name}`),
    );
    expect(all.filter((field) => !seen.has(field))).toEqual([]);
    expect(all.length).toBeGreaterThan(80);
  });
});

function noteFields(type: protobuf.Type, value: object, seen: Set<string>): void {
  for (const [name, each] of Object.entries(value)) {
    const field = type.fields[name] as protobuf.Field;
    seen.add(`${type.name}.${name}`);
    field.resolve();
    if (field.resolvedType instanceof protobuf.Type)
      for (const inner of Array.isArray(each) ? each : [each]) noteFields(field.resolvedType, inner, seen);
  }
}

function schema(): protobuf.Root {
  const parsed = new protobuf.Root();
  parsed.resolvePath = (_, target) => (target.startsWith('/') ? target : join(root, target));
  const files = readdirSync(join(root, 'fleetmeter/v1')).map((name) => join(root, 'fleetmeter/v1', name));
  return parsed.loadSync(files);
}

function messageTypes(): protobuf.Type[] {
  const { nestedArray } = schema().lookup('fleetmeter.v1') as protobuf.Namespace;
  return nestedArray.filter((each): each is protobuf.Type => each instanceof protobuf.Type);
}

describe('a newer peer', () => {
  const report = golden.find(({ name }) => name === 'report-usage');

  test('may send fields this version does not know: the rest is read as before', () => {
    for (const { bytes, value, codec } of golden) {
      const unknown = Buffer.concat([
        varintField(9_999, 7),
        lengthField(9_998, Buffer.from('of a later version')),
        fixed64Field(9_997),
      ]);
      expect(asJson(codec.decode(Buffer.concat([bytes, unknown])))).toEqual(value);
      expect(asJson(codec.decode(Buffer.concat([unknown, bytes])))).toEqual(value);
    }
  });

  test('may use the numbers reserved for virtual machines', () => {
    const guests = Buffer.concat([report?.bytes as Buffer, lengthField(20, Buffer.from([8, 1]))]);
    expect(asJson(Report.decode(guests))).toEqual(report?.value);
  });

  test('may ask for what this version does not know: the directive has no known action', () => {
    const directive = Buffer.concat([varintField(2, 5), lengthField(99, Buffer.alloc(0))]);
    const { directives } = Acknowledgement.decode(lengthField(2, directive));
    expect(asJson(directives)).toEqual([{ sequence: 5 }]);
  });
});

describe('absent and empty are told apart where old peers differ from zero', () => {
  test('a platform that cannot tell the foreground, and zero seconds in it', () => {
    const usage = golden.find(({ name }) => name === 'report-usage');
    const records = Report.decode(usage?.bytes as Buffer).usage?.records ?? [];
    expect(records.map(({ foregroundSeconds }) => foregroundSeconds ?? undefined)).toEqual([
      0,
      29,
      undefined,
    ]);
  });

  test('a poll interval of zero is not the absence of one', () => {
    const bytesOf = (name: string) => golden.find((each) => each.name === name)?.bytes as Buffer;
    expect(Acknowledgement.decode(bytesOf('acknowledgement')).nextReportInSeconds).toBe(0);
    expect(
      Acknowledgement.decode(bytesOf('acknowledgement-least')).nextReportInSeconds ?? undefined,
    ).toBeUndefined();
  });
});

test('no field is a 64-bit integer: JavaScript would round it, silently', () => {
  const wide = /^(?:u?int64|sint64|s?fixed64)$/;
  const found = messageTypes().flatMap((type) =>
    type.fieldsArray.filter((field) => wide.test(field.type)).map((field) => `${type.name}.${field.name}`),
  );
  expect(found).toEqual([]);
});

test('the kept schema, which breaking changes are measured against, has no 64-bit integer either', async () => {
  const { FileDescriptorSet } = await import('protobufjs/ext/descriptor.js').then((module) => module.default);
  const kept = FileDescriptorSet.decode(readFileSync(join(root, 'golden/v1.binpb'))) as unknown as {
    file: { messageType: { name: string; field: { name: string; type: number }[] }[] }[];
  };
  const fields = kept.file.flatMap(({ messageType }) => messageType.flatMap(({ field }) => field));
  // int64, uint64, fixed64, sfixed64, sint64 as descriptor.proto numbers them.
  expect(fields.filter(({ type }) => [3, 4, 6, 16, 18].includes(type))).toEqual([]);
  expect(fields.length).toBeGreaterThan(80);
});

function varint(value: number): Buffer {
  const low = value % 128;
  return value < 128
    ? Buffer.from([low])
    : Buffer.concat([Buffer.from([low + 128]), varint((value - low) / 128)]);
}

function varintField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

function lengthField(number: number, value: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(value.length), value]);
}

function fixed64Field(number: number): Buffer {
  return Buffer.concat([varint(number * 8 + 1), Buffer.alloc(8, 0xff)]);
}
