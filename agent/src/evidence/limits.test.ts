/** A reader that stops at a limit says so, and no real file makes one stop. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BoundedReader } from './bounded-reader.ts';
import { infoOf } from './bundle/info-plist.ts';
import { derElements } from './der.ts';
import { type ByteReader, describeElf } from './elf.ts';
import { isBeyondLimits } from './file-evidence.ts';
import { command, fatFile, thinFile, UUID } from './fixtures/built-mach-o.ts';
import { builtPe, builtVersion, FREE_AT, resourceDirectory } from './fixtures/built-pe.ts';
import { RECORDED_MACH_O, recordedMachO } from './fixtures/recorded-mach-o.ts';
import { RECORDED_PE, readerOf, recordedPe } from './fixtures/recorded-pe.ts';
import { LimitNote } from './limit-note.ts';
import { describeMachO } from './mach-o/describe-mach-o.ts';
import { describePe } from './pe.ts';
import { RESOURCE_TABLE } from './pe-image.ts';

const over =
  (bytes: Uint8Array): ByteReader =>
  (offset, length) =>
    bytes.subarray(offset, offset + length);

/** A 64-bit file with one program header of this type, over these bytes at 128. */
function elfWith(type: number, bytes: Buffer, headers = 1): Buffer {
  const file = Buffer.concat([Buffer.alloc(128), bytes]);
  Buffer.from('7f454c46020101', 'hex').copy(file);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(headers, 56);
  file.writeUInt32LE(type, 64);
  file.writeBigUInt64LE(128n, 72);
  file.writeBigUInt64LE(BigInt(bytes.length), 96);
  return file;
}

const note = (count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => Buffer.from('0400000000000000010000004c696e00', 'hex')));
const [INTERPRETER, NOTE] = [3, 4];

test.each([
  ['program headers', elfWith(NOTE, note(1), 513), elfWith(NOTE, note(1), 1)],
  ['notes', elfWith(NOTE, note(65)), elfWith(NOTE, note(64))],
  ['bytes of notes', elfWith(NOTE, Buffer.alloc(65_537)), elfWith(NOTE, Buffer.alloc(16))],
  [
    'a text',
    elfWith(INTERPRETER, Buffer.alloc(1100, 'a')),
    elfWith(INTERPRETER, Buffer.from('/lib/ld.so\0')),
  ],
])('ELF: too many %s are noted', (_, beyond, within) => {
  expect(describeElf(over(beyond)).limitReached).toBe(true);
  expect(describeElf(over(within)).limitReached).toBeUndefined();
});

const DIRECTORY = 0x80000000;

/** A file whose version information claims to have this many bytes more than it has. */
function peWithVersion(more: number): Buffer {
  const version = builtVersion({ '040904b0': { ProductName: 'Gauge' } });
  const section = Buffer.alloc(0x3000);
  resourceDirectory([[16, DIRECTORY + 0x40]]).copy(section, 0);
  resourceDirectory([[1, DIRECTORY + 0x80]]).copy(section, 0x40);
  resourceDirectory([[0x409, 0x100]]).copy(section, 0x80);
  section.writeUInt32LE(0x1200, 0x100);
  section.writeUInt32LE(version.length + more, 0x104);
  version.copy(section, 0x200);
  return builtPe({
    tables: { [RESOURCE_TABLE]: [0x1000, 0x3000] },
    sections: [{ address: 0x1000, fileAt: FREE_AT, bytes: section }],
  });
}

test('PE: version information and sections beyond a limit are noted, and what was read stays', () => {
  expect(describePe(over(peWithVersion(0)))).not.toHaveProperty('limitReached');
  expect(describePe(over(peWithVersion(70_000)))).toMatchObject({ productName: 'Gauge', limitReached: true });
  expect(describePe(over(builtPe({ sectionCount: 257 })))).toMatchObject({ limitReached: true });
});

test('Mach-O: a fifth build id, and commands beyond a limit, are noted', () => {
  const program = (cpu: number): Buffer =>
    thinFile({ cpu: [cpu, 0], commands: [command(UUID, Buffer.alloc(16, cpu))] });
  const fat = (count: number): Buffer =>
    fatFile(Array.from({ length: count }, (_, index) => program(index + 1)));
  expect(describeMachO(over(fat(4)))).not.toHaveProperty('limitReached');
  expect(describeMachO(over(fat(5)))).toMatchObject({ limitReached: true });
  const large = thinFile({
    cpu: [7, 0],
    commands: [command(5, Buffer.alloc(70_000)), command(UUID, Buffer.alloc(16, 1))],
  });
  expect(describeMachO(over(large))).toMatchObject({ buildId: undefined, limitReached: true });
});

test('property lists: only a wanted text that is too long is noted', () => {
  const reached = (key: string, text: string): boolean => {
    const limits = new LimitNote();
    infoOf(Buffer.from(`<plist><dict><key>${key}</key><string>${text}</string></dict></plist>`), limits);
    return limits.reached;
  };
  expect(reached('CFBundleName', 'a'.repeat(2048))).toBe(false);
  expect(reached('CFBundleName', 'a'.repeat(2049))).toBe(true);
  expect(reached('Other', 'a'.repeat(2049))).toBe(false);
});

test('DER: elements beyond a limit are noted when there are any', () => {
  const reached = (count: number): boolean => {
    const bytes = Buffer.from('0500'.repeat(count), 'hex');
    const reader = new BoundedReader(over(bytes), { mostBytes: 1e6, mostReads: 100 });
    const parent = { tag: 0x30, at: 0, valueAt: 0, end: bytes.length, next: bytes.length };
    expect([...derElements(reader, parent, 3)]).toHaveLength(Math.min(3, count));
    return reader.limits.reached;
  };
  expect([2, 3, 4].map(reached)).toEqual([false, false, true]);
});

test('a text that is too long for evidence is beyond the limits too', () => {
  expect(isBeyondLimits({ productName: 'a'.repeat(1024) })).toBe(false);
  expect(isBeyondLimits({ productName: 'ä'.repeat(513) })).toBe(true);
});

test('real programs of all formats are within the limits', () => {
  for (const name of RECORDED_PE)
    expect(describePe(readerOf(recordedPe(name))).limitReached, name).toBeUndefined();
  for (const name of RECORDED_MACH_O)
    expect(describeMachO(readerOf(recordedMachO(name))).limitReached, name).toBeUndefined();
  const descriptor = openSync(process.execPath, 'r');
  const { size } = fstatSync(descriptor);
  const read: ByteReader = (offset, length) => {
    const part = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
    return part.subarray(0, part.length === 0 ? 0 : readSync(descriptor, part, 0, part.length, offset));
  };
  expect(describeElf(read).limitReached).toBeUndefined();
  closeSync(descriptor);
});
