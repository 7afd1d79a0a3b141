import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type ByteReader, describeElf } from './elf.ts';

const over =
  (bytes: Uint8Array): ByteReader =>
  (offset, length) =>
    bytes.subarray(offset, offset + length);

/** A 64-bit little-endian file with a GNU note, an interpreter and a soname. */
function smallElf(): Buffer {
  const file = Buffer.alloc(1024);
  Buffer.from('7f454c46020101', 'hex').copy(file);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(4, 56);
  const segment = (index: number, type: number, offset: number, address: number, size: number): void => {
    const at = 64 + index * 56;
    file.writeUInt32LE(type, at);
    file.writeBigUInt64LE(BigInt(offset), at + 8);
    file.writeBigUInt64LE(BigInt(address), at + 16);
    file.writeBigUInt64LE(BigInt(size), at + 32);
  };
  segment(0, 3, 400, 400, 20);
  segment(1, 4, 500, 500, 36);
  segment(2, 2, 600, 600, 48);
  segment(3, 1, 0, 0x10000, 1024);
  file.write('/lib/ld-test.so.1\0', 400);
  file.writeUInt32LE(4, 500);
  file.writeUInt32LE(20, 504);
  file.writeUInt32LE(3, 508);
  file.write('GNU\0', 512);
  file.fill(0xab, 516, 536);
  file.writeBigUInt64LE(14n, 600);
  file.writeBigUInt64LE(5n, 608);
  file.writeBigUInt64LE(5n, 616);
  file.writeBigUInt64LE(0x10000n + 700n, 624);
  file.write('none\0libtest.so.4\0', 700);
  return file;
}

test('reads build id, interpreter and soname', () => {
  expect(describeElf(over(smallElf()))).toEqual({
    buildId: new Uint8Array(20).fill(0xab),
    interpreter: '/lib/ld-test.so.1',
    soname: 'libtest.so.4',
  });
});

test.skipIf(!hasReadelf())(
  'agrees with readelf about programs and libraries of this system',
  { timeout: 30_000 },
  () => {
    const paths = ['/bin/ls', '/bin/sh', process.execPath, ...mappedLibraries()];
    for (const path of paths) {
      const says = execFileSync('readelf', ['-W', '-n', '-d', '-l', path], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const { buildId, interpreter, soname } = describeFile(path);
      expect(buildId && Buffer.from(buildId).toString('hex'), path).toBe(
        /Build ID: ([0-9a-f]+)/.exec(says)?.[1],
      );
      expect(interpreter, path).toBe(/interpreter: (.*)\]/.exec(says)?.[1]);
      expect(soname, path).toBe(/Library soname: \[(.*)\]/.exec(says)?.[1]);
    }
  },
);

test('survives 20,000 hostile variations of a real file without throwing or reading much', () => {
  const original = smallElf();
  let random = 12_345;
  const next = (below: number): number => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    return (random >>> 8) % below;
  };
  let differed = 0;
  for (let round = 0; round < 20_000; round++) {
    const file = Buffer.from(original.subarray(0, next(8) === 0 ? next(1024) : 1024));
    for (let flips = 1 + next(6); flips > 0 && file.length > 0; flips--)
      file[next(Math.min(file.length, 760))] = next(3) === 0 ? 0xff : next(256);
    let bytesRead = 0;
    const result = describeElf((offset, length) => {
      bytesRead += length;
      return file.subarray(offset, offset + length);
    });
    if (result.soname !== 'libtest.so.4') differed++;
    expect(bytesRead).toBeLessThan(8_000_000);
    expect(result.buildId?.length ?? 1).toBeLessThanOrEqual(64);
  }
  expect(differed).toBeGreaterThan(1000);
});

test('a file that is no ELF, or ends early, says nothing', () => {
  expect(describeElf(over(Buffer.from('#!/bin/sh')))).toEqual({});
  expect(describeElf(over(smallElf().subarray(0, 40)))).toEqual({});
  expect(describeElf(over(new Uint8Array(0)))).toEqual({});
});

function describeFile(path: string) {
  const descriptor = openSync(path, 'r');
  try {
    return describeElf((offset, length) => {
      const part = Buffer.alloc(length);
      return part.subarray(0, readSync(descriptor, part, 0, length, offset));
    });
  } finally {
    closeSync(descriptor);
  }
}

function mappedLibraries(): string[] {
  const libraries = readFileSync('/proc/self/maps', 'utf8').match(/\/\S+\.so[.\d]*/g) ?? [];
  return [...new Set(libraries)].slice(0, 5);
}

function hasReadelf(): boolean {
  return spawnSync('readelf', ['--version'], { stdio: 'ignore' }).status === 0;
}
