import { decodeEvidence, encodeEvidence } from '@fleetmeter/proto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteReader } from './elf.ts';
import { evidenceOf } from './file-evidence.ts';
import { builtPe, builtVersion, FREE_AT, resourceDirectory } from './fixtures/built-pe.ts';
import { RECORDED_PE, type RecordedPe, readerOf, recordedPe } from './fixtures/recorded-pe.ts';
import { describePe, PE_LIMITS, type PeDescription } from './pe.ts';
import { DEBUG_TABLE, RESOURCE_TABLE } from './pe-image.ts';

const FULL = process.env.FLEETMETER_TEST_FULL === '1';
const FUZZING = { timeout: FULL ? 1_200_000 : 30_000 };
const DIRECTORY = 0x80000000;

interface Observed {
  description: PeDescription;
  reads: number;
  bytes: number;
}

/** Also proves what must hold for any file whatever: the limits, and that what is told is evidence. */
function observed(read: ByteReader): Observed {
  let reads = 0;
  let bytes = 0;
  const description = describePe((offset, length) => {
    reads++;
    bytes += length;
    return read(offset, length);
  });
  expect(reads).toBeLessThanOrEqual(PE_LIMITS.mostReads);
  expect(bytes).toBeLessThanOrEqual(PE_LIMITS.mostBytes);
  const content = { sha256: new Uint8Array(32), size: 1, format: 'pe' as const, ...description };
  const evidence = evidenceOf(content, '/opt/a.exe', [], { owner: undefined, bundle: undefined });
  expect(decodeEvidence(encodeEvidence(evidence))).toEqual(evidence);
  return { description, reads, bytes };
}

const over =
  (file: Uint8Array): ByteReader =>
  (offset, length) =>
    file.subarray(offset, offset + length);

const VERSION = builtVersion({ '040904b0': { ProductName: 'Gauge' } });
const LEAF_AT = 0x100;
const VERSION_AT = 0x200;

/** A resource section with the three directories one behind the other, each of which a test may replace. */
function resources(
  directories: { kind?: Buffer; name?: Buffer; language?: Buffer; version?: Buffer } = {},
): Buffer {
  const section = Buffer.alloc(0x3000);
  (directories.kind ?? resourceDirectory([[16, DIRECTORY + 0x40]])).copy(section, 0);
  (directories.name ?? resourceDirectory([[1, DIRECTORY + 0x80]])).copy(section, 0x40);
  (directories.language ?? resourceDirectory([[0x409, LEAF_AT]])).copy(section, 0x80);
  section.writeUInt32LE(0x1000 + VERSION_AT, LEAF_AT);
  section.writeUInt32LE(VERSION.length, LEAF_AT + 4);
  (directories.version ?? VERSION).copy(section, VERSION_AT);
  return section;
}

const TABLES = { [RESOURCE_TABLE]: [0x1000, 0x3000] as [number, number] };
const withSection = (bytes: Buffer): Buffer =>
  builtPe({ tables: TABLES, sections: [{ address: 0x1000, fileAt: FREE_AT, bytes }] });
const productOf = (file: Buffer): string | undefined => observed(over(file)).description.productName;

test('the file the hostile ones are made from is right', () => {
  expect(productOf(withSection(resources()))).toBe('Gauge');
});

test('resource directories that point at themselves and at each other end', () => {
  const toRoot = resourceDirectory([[16, DIRECTORY]]);
  for (const directories of [
    { kind: toRoot },
    { name: toRoot },
    { language: toRoot },
    { name: resourceDirectory([[1, DIRECTORY + 0x40]]), language: toRoot },
  ]) {
    const { description, reads } = observed(over(withSection(resources(directories))));
    expect(description.productName).toBeUndefined();
    expect(reads).toBeLessThan(10);
  }
});

test('a directory that claims 131,070 entries is read as far as 1,024', () => {
  const languages = (place: number): string | undefined => {
    const entries = Array.from({ length: 1500 }, (_, id): [number, number] => [id + 10_000, 0]);
    entries[place] = [0x409, LEAF_AT];
    const section = resources({ name: resourceDirectory([[1, DIRECTORY + 0x800]]) });
    resourceDirectory(entries, 131_070).copy(section, 0x800);
    return productOf(withSection(section));
  };
  expect(languages(1023)).toBe('Gauge');
  expect(languages(1024)).toBeUndefined();
});

test('names without number 1 and languages nobody knows are taken as they come', () => {
  expect(productOf(withSection(resources({ name: resourceDirectory([[77, DIRECTORY + 0x80]]) })))).toBe(
    'Gauge',
  );
  expect(productOf(withSection(resources({ language: resourceDirectory([[0xfffffff0, LEAF_AT]]) })))).toBe(
    'Gauge',
  );
});

test('a leaf where a directory belongs, and a directory where a leaf belongs, are passed over', () => {
  expect(productOf(withSection(resources({ name: resourceDirectory([[1, LEAF_AT]]) })))).toBeUndefined();
  const twice = resourceDirectory([
    [0x409, DIRECTORY + 0x40],
    [0x407, LEAF_AT],
  ]);
  expect(productOf(withSection(resources({ language: twice })))).toBe('Gauge');
});

test('version information that claims 4 GB is read as far as it can be long', () => {
  const section = resources();
  section.writeUInt32LE(0xffffffff, LEAF_AT + 4);
  const endless: ByteReader = (offset, length) => {
    const part = Buffer.alloc(length);
    withSection(section).copy(part, 0, offset, offset + length);
    return part;
  };
  const { description, bytes } = observed(endless);
  expect(description.productName).toBe('Gauge');
  expect(bytes).toBeLessThan(98_304);
});

test('of sections that overlap the first counts', () => {
  const right = { address: 0x1000, fileAt: FREE_AT, bytes: resources() };
  const wrong = { address: 0x1000, fileAt: 0x3800, fileSize: 0x3000 };
  const file = (...sections: (typeof right | typeof wrong)[]): Buffer =>
    builtPe({ tables: TABLES, sections });
  expect(productOf(file(right, wrong))).toBe('Gauge');
  expect(productOf(file(wrong, right))).toBeUndefined();
});

test('65,535 sections, tables and debug entries are claims, not work', () => {
  const file = builtPe({
    tables: { ...TABLES, [DEBUG_TABLE]: [0x1000, 0xffffffff] },
    tableCount: 0xffffffff,
    sections: [{ address: 0x1000, fileAt: FREE_AT, bytes: resources() }],
    sectionCount: 0xffff,
  });
  const { description, bytes } = observed(over(file));
  expect(description.productName).toBe('Gauge');
  expect(bytes).toBeLessThan(65_536);
});

test('sections and tables beyond the end of the file hold nothing', () => {
  const beyond = { address: 0x1000, fileAt: 0xfffffe00, fileSize: 0xffffffff };
  expect(productOf(builtPe({ tables: TABLES, sections: [beyond] }))).toBeUndefined();
  expect(
    observed(over(builtPe({ tables: { [DEBUG_TABLE]: [0xffffffff, 0xffffffff] } }))).description.buildId,
  ).toBeUndefined();
});

test('a debug GUID of zeros, or of the older kind, is none', () => {
  const section = Buffer.alloc(0x200);
  section.writeUInt32LE(2, 12);
  section.writeUInt32LE(FREE_AT + 0x100, 24);
  section.write('RSDS', 0x100, 'latin1');
  const file = (): Buffer =>
    builtPe({
      tables: { [DEBUG_TABLE]: [0x1000, 28] },
      sections: [{ address: 0x1000, fileAt: FREE_AT, bytes: section }],
    });
  expect(observed(over(file())).description.buildId).toBeUndefined();
  section.write('00112233445566778899aabbccddeeff', 0x104, 'hex');
  expect(Buffer.from(observed(over(file())).description.buildId ?? []).toString('hex')).toBe(
    '33221100554477668899aabbccddeeff',
  );
  section.write('NB10', 0x100, 'latin1');
  expect(observed(over(file())).description.buildId).toBeUndefined();
});

/** Changes to one of the real files: bytes in its pieces, numbers of four bytes in its tables, and its end. */
const damage = fc.record({
  name: fc.constantFrom(...RECORDED_PE),
  changes: fc.array(
    fc.record({
      piece: fc.nat(5),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 2 }),
        fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x1000, 0x10).map((value) => {
          const four = Buffer.alloc(4);
          four.writeUInt32LE(value);
          return four;
        }),
      ),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  /** Share of the file that is left; mostly all of it. */
  left: fc.oneof(
    { arbitrary: fc.constant(1), weight: 7 },
    { arbitrary: fc.double({ min: 0, max: 1, noNaN: true }), weight: 1 },
  ),
});

/** In the first piece only the headers are worth damage; behind them there is code. */
const HEADER_BYTES = 768;

const originals = new Map(RECORDED_PE.map((name) => [name, recordedPe(name)]));

function damaged({
  name,
  changes,
  left,
}: typeof damage extends fc.Arbitrary<infer T> ? T : never): RecordedPe {
  const original = originals.get(name) as RecordedPe;
  const pieces = original.pieces.map(({ at, bytes }) => ({ at, bytes: Buffer.from(bytes) }));
  for (const { piece, at, bytes } of changes) {
    const index = piece % pieces.length;
    const target = pieces[index]?.bytes as Buffer;
    const room = index === 0 ? HEADER_BYTES : target.length;
    target.set(
      bytes.subarray(0, target.length),
      Math.min(Math.floor(at * room), target.length - bytes.length),
    );
  }
  return { ...original, pieces, size: Math.floor(original.size * left) };
}

test(
  'no damage to real files makes the reader throw, go beyond its limits, or tell what is no evidence',
  FUZZING,
  () => {
    let differing = 0;
    const runs = FULL ? 300_000 : 10_000;
    fc.assert(
      fc.property(damage, (change) => {
        const file = damaged(change);
        const { description } = observed(readerOf(file));
        if (
          description.signer !== file.expected.signer ||
          description.productName !== file.expected.productName
        )
          differing++;
      }),
      { numRuns: runs },
    );
    expect(differing).toBeGreaterThan(runs / 20);
  },
);

test('nor does a file of any bytes behind the right first ones', FUZZING, () => {
  const headers = builtPe({
    tables: { ...TABLES, 4: [0x1000, 0xffff], [DEBUG_TABLE]: [0x1000, 280] },
    size: FREE_AT,
  });
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 4096 }),
      fc.nat(FREE_AT - 1),
      fc.integer({ min: 0, max: 255 }),
      (rest, at, value) => {
        const file = Buffer.concat([headers, rest]);
        file[at] = value;
        observed(over(file));
      },
    ),
    { numRuns: FULL ? 300_000 : 5_000 },
  );
});
