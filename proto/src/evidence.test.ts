import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeEvidence,
  type Evidence,
  EvidenceError,
  encodeEvidence,
  identifyEvidence,
  MAX_EVIDENCE_BYTES,
} from './evidence.ts';

interface Vector {
  title: string;
  evidence: Omit<Evidence, 'sha256' | 'buildId'> & { sha256: string; buildId?: string };
  bytes: string;
  executableId: string;
  digestPart: string;
}

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

/** Made by an implementation in another language. They are version 1 for ever: a change here is a new version. */
const vectors = JSON.parse(
  readFileSync(new URL('../golden/evidence.json', import.meta.url), 'utf8'),
) as Vector[];

function fromVector({ evidence }: Vector): Evidence {
  const { sha256, buildId, ...texts } = evidence;
  return { ...texts, sha256: hex(sha256), ...(buildId !== undefined && { buildId: hex(buildId) }) };
}

function composed(evidence: Evidence): Evidence {
  const entries = Object.entries(evidence).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.normalize('NFC') : value,
  ]);
  return Object.fromEntries(entries) as Evidence;
}

describe('golden evidence', () => {
  test.each(vectors)('$title', (vector) => {
    const evidence = fromVector(vector);
    const bytes = encodeEvidence(evidence);
    expect(Buffer.from(bytes).toString('hex')).toBe(vector.bytes);
    const { executableId, digestPart } = identifyEvidence(bytes);
    expect(executableId).toBe(vector.executableId);
    expect(Buffer.from(digestPart).toString('hex')).toBe(vector.digestPart);
    expect(decodeEvidence(bytes)).toEqual(composed(evidence));
  });

  test('the vectors hold what easily goes wrong: ids above 2^63, sizes above 2^32, every field', () => {
    const ids = vectors.map(({ executableId }) => BigInt(`0x${executableId}`));
    expect(ids.some((id) => id > 2n ** 63n)).toBe(true);
    expect(vectors.some(({ evidence }) => evidence.size > 2 ** 32)).toBe(true);
    expect(vectors.some(({ evidence }) => Object.keys(evidence).length === 23)).toBe(true);
  });

  test('decomposed and composed text give one id', () => {
    const [decomposed, same] = vectors.filter(({ title }) => /decomposed|came composed/.test(title));
    expect(decomposed?.executableId).toBe(same?.executableId);
  });
});

test('one evidence written out by hand, byte for byte', () => {
  const content = Buffer.alloc(32, 0xa5);
  const byHand = Buffer.concat([
    Buffer.from([1, 32]),
    content,
    Buffer.from([2, 13]),
    Buffer.from('/usr/bin/true'),
    Buffer.from([3, 2, 0xac, 0x02]), // 300 = 0b10_0101100
    Buffer.from([4, 3]),
    Buffer.from('elf'),
    Buffer.from([5, 2, 0xbe, 0xef]),
    Buffer.from([11, 9]),
    Buffer.from('coreutils'),
    Buffer.from([60, 5]),
    Buffer.from([0xc3, 0xa9, 0x64, 0x69, 0x74]), // é d i t
  ]);
  const evidence: Evidence = {
    sha256: content,
    path: '/usr/bin/true',
    size: 300,
    format: 'elf',
    buildId: Buffer.from([0xbe, 0xef]),
    packageName: 'coreutils',
    edition: 'e\u0301dit',
  };
  expect(Buffer.from(encodeEvidence(evidence))).toEqual(byHand);
  const hash = createHash('sha256')
    .update(Buffer.concat([Buffer.from('fleetmeter/evidence/1'), Buffer.from([0]), byHand]))
    .digest();
  const { executableId, digestPart } = identifyEvidence(byHand);
  expect(executableId).toBe(hash.toString('hex').slice(0, 16));
  expect(Buffer.from(digestPart)).toEqual(hash.subarray(0, 16));
});

const least: Evidence = { sha256: new Uint8Array(32).fill(7), path: '/bin/a', size: 1, format: 'elf' };

/** Tag, minimal length, value. */
const field = (tag: number, ...value: number[]) => Buffer.from([tag, value.length, ...value]);
const text = (tag: number, value: string) => field(tag, ...Buffer.from(value));
const [sha256, path, size, format] = [
  field(1, ...Buffer.alloc(32, 7)),
  text(2, '/bin/a'),
  field(3, 1),
  text(4, 'elf'),
];

describe('bytes that are not the one encoding are refused', () => {
  test('the parts the cases below are made of are evidence when put together rightly', () => {
    expect(decodeEvidence(Buffer.concat([sha256, path, size, format]))).toEqual(least);
  });

  test.each<[string, Buffer[], RegExp]>([
    ['nothing at all', [], /sha256 is missing/],
    ['without a path', [sha256, size, format], /path is missing/],
    ['without a size', [sha256, path, format], /size is missing/],
    ['without a format', [sha256, path, size], /format is missing/],
    ['fields out of order', [sha256, size, path, format], /out of order/],
    ['a field twice', [sha256, path, path, size, format], /out of order/],
    ['an unknown tag', [sha256, path, size, format, text(6, 'x')], /tag 6 is unknown/],
    ['tag zero', [field(0, 1), sha256, path, size, format], /tag 0 is unknown/],
    ['a tag of a later version', [sha256, path, size, format, text(200, 'x')], /tag 200 is unknown/],
    ['a byte after the end', [sha256, path, size, format, Buffer.from([5])], /truncated/],
    ['zeros after the end', [sha256, path, size, format, Buffer.alloc(3)], /unknown/],
    ['a value cut short', [sha256, path, size, Buffer.from([4, 3, 0x65])], /truncated/],
    ['a length beyond all bounds', [sha256, Buffer.from([2, 0xff, 0xff, 0xff, 0xff, 0x7f])], /truncated/],
    [
      'a length that is not minimal',
      [sha256, Buffer.from([2, 0x86, 0x00]), path.subarray(2), size, format],
      /minimal/,
    ],
    ['a length without end', [sha256, Buffer.from([2, ...Array(12).fill(0xff)])], /too long|safe/],
    ['a size that is not minimal', [sha256, path, field(3, 0x81, 0x00), format], /minimal/],
    ['a size with trailing bytes', [sha256, path, field(3, 1, 1), format], /trailing/],
    [
      'a size above 2^53',
      [sha256, path, field(3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f), format],
      /safe/,
    ],
    ['a size of no bytes', [sha256, path, field(3), format], /truncated/],
    ['an empty text', [sha256, path, size, format, field(11)], /has 0 bytes/],
    ['a hash of 31 bytes', [field(1, ...Buffer.alloc(31)), path, size, format], /not 32 bytes/],
    ['a hash of 33 bytes', [field(1, ...Buffer.alloc(33)), path, size, format], /allowed are 1 to 32/],
    ['an unknown format', [sha256, path, size, text(4, 'jar')], /format is unknown/],
    ['a format in capitals', [sha256, path, size, text(4, 'ELF')], /format is unknown/],
    ['text that is not UTF-8', [sha256, path, size, format, field(11, 0xff, 0xfe)], /not UTF-8/],
    ['a surrogate in UTF-8', [sha256, path, size, format, field(11, 0xed, 0xa0, 0x80)], /not UTF-8/],
    ['an overlong slash', [sha256, field(2, 0xc0, 0xaf), size, format], /not UTF-8/],
    ['decomposed text', [sha256, path, size, format, text(11, 'e\u0301')], /re-encode/],
    ['a NUL in the path', [sha256, text(2, '/bin/\0'), size, format], /NUL/],
    [
      'a build id of 65 bytes',
      [sha256, path, size, format, field(5, ...Buffer.alloc(65))],
      /allowed are 1 to 64/,
    ],
  ])('%s', (_, parts, message) => {
    const decode = () => decodeEvidence(Buffer.concat(parts));
    expect(decode).toThrow(EvidenceError);
    expect(decode).toThrow(message);
  });

  test('more bytes than any evidence may have, before they are read', () => {
    expect(() => decodeEvidence(new Uint8Array(MAX_EVIDENCE_BYTES + 1))).toThrow(/exceed/);
  });

  test('whatever the bytes: evidence that re-encodes to them, or an EvidenceError', () => {
    const valid = fc.constantFrom(...vectors.map(({ bytes }) => hex(bytes)));
    const damaged = fc
      .tuple(valid, fc.nat(), fc.nat(255))
      .map(([bytes, at, value]) => bytes.with(at % bytes.length, value));
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged), (bytes) => {
        try {
          expect(Buffer.from(encodeEvidence(decodeEvidence(bytes)))).toEqual(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(EvidenceError);
          refused++;
        }
      }),
      { numRuns: 2_000 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});

describe('values that are not evidence are refused when encoding', () => {
  test.each<[string, Partial<Evidence>, RegExp]>([
    ['a negative size', { size: -1 }, /size is not an unsigned safe integer/],
    ['half a byte', { size: 0.5 }, /safe integer/],
    ['a size JavaScript cannot count', { size: 2 ** 53 }, /safe integer/],
    ['a short hash', { sha256: new Uint8Array(20) }, /32 bytes/],
    ['no path', { path: '' }, /path is missing/],
    ['a path too long', { path: `/${'p'.repeat(4096)}` }, /path has 4097 bytes/],
    [
      'a text too long only when counted in bytes',
      { packageName: 'é'.repeat(513) },
      /packageName has 1026 bytes/,
    ],
    ['a NUL', { signer: 'a\0b' }, /signer holds a NUL/],
    ['an empty build id', { buildId: new Uint8Array() }, /buildId has 0 bytes/],
  ])('%s', (_, change, message) => {
    expect(() => encodeEvidence({ ...least, ...change })).toThrow(message);
  });

  test('more in all than the limit', () => {
    const names = ['packageManager', 'packageName', 'packageVersion', 'packageArchitecture', 'packageVendor']
      .concat(['bundleId', 'bundleName', 'bundleVersion', 'productName', 'productVersion', 'companyName'])
      .concat([
        'fileDescription',
        'originalName',
        'signer',
        'signerTeam',
        'interpreter',
        'soname',
        'edition',
      ]);
    const texts = Object.fromEntries(names.map((name) => [name, 'x'.repeat(1024)]));
    expect(() => encodeEvidence({ ...least, ...texts })).toThrow(/exceed 16384/);
  });
});

test('an absent field and an empty one are the same evidence', () => {
  expect(encodeEvidence({ ...least, packageName: '', signer: undefined })).toEqual(encodeEvidence(least));
});

test('evidence read from the middle of a larger buffer does not keep that buffer', () => {
  const bytes = Buffer.concat([
    Buffer.alloc(3),
    encodeEvidence({ ...least, buildId: hex('0102') }),
    Buffer.alloc(3),
  ]);
  const evidence = decodeEvidence(bytes.subarray(3, bytes.length - 3));
  bytes.fill(0);
  expect(evidence.sha256).toEqual(least.sha256);
  expect(evidence.buildId).toEqual(hex('0102'));
});
