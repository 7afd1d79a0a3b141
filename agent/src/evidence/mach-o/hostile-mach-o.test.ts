/** Whatever the bytes are: nothing is thrown, reads stay within MACH_O_LIMITS, and what is said can be evidence. */
import { encodeEvidence } from '@fleetmeter/proto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ByteReader } from '../elf.ts';
import { evidenceOf } from '../file-evidence.ts';
import {
  command,
  fatFile,
  infoPlistSegment,
  numbers,
  signatureCommand,
  thinFile,
  UUID,
} from '../fixtures/built-mach-o.ts';
import { RECORDED_MACH_O, type RecordedMachO, recordedMachO } from '../fixtures/recorded-mach-o.ts';
import { readerOf } from '../fixtures/recorded-pe.ts';
import { describeMachO, MACH_O_LIMITS, type MachODescription } from './describe-mach-o.ts';

const FULL = process.env.FLEETMETER_TEST_FULL === '1';
const RUNS = FULL ? 200_000 : 4000;
const ARM64: [number, number] = [0x0100000c, 0];

/** What it says, having proved what must always hold. */
function described(read: ByteReader): MachODescription {
  let bytes = 0;
  let reads = 0;
  const said = describeMachO((offset, length) => {
    expect(Number.isSafeInteger(offset) && offset >= 0 && length > 0).toBe(true);
    bytes += length;
    reads++;
    return read(offset, length);
  });
  expect(bytes).toBeLessThanOrEqual(MACH_O_LIMITS.mostBytes);
  expect(reads).toBeLessThanOrEqual(MACH_O_LIMITS.mostReads);
  expect(said.buildId?.length ?? 16).toBeOneOf([16, 32, 48, 64]);
  const file = { sha256: new Uint8Array(32), size: 1, format: 'macho' as const };
  encodeEvidence(evidenceOf({ ...file, ...said }, '/bin/x', [], { owner: undefined, bundle: undefined }));
  return said;
}

const over = (bytes: Uint8Array): MachODescription =>
  described((offset, length) => bytes.subarray(offset, offset + length));

describe('hostile counts, sizes and places', () => {
  test('load commands without number or size', () => {
    const file = thinFile({ cpu: ARM64, commands: [command(UUID, Buffer.alloc(16, 1))] });
    file.writeUInt32LE(0xffff_ffff, 16);
    file.writeUInt32LE(0xffff_ffff, 20);
    expect(over(Buffer.concat([file, Buffer.alloc(200_000, 8)])).buildId).toHaveLength(16);
    for (const size of [0, 7, 0xffff_ffff]) {
      const broken = thinFile({
        cpu: ARM64,
        commands: [command(5, Buffer.alloc(8)), command(UUID, Buffer.alloc(16, 1))],
      });
      broken.writeUInt32LE(size, 36);
      expect(over(broken)).toEqual({ ...NOTHING, edition: 'arm64' });
    }
  });

  test('what lies behind 64 KiB of load commands is not looked at', () => {
    const filler = (bytes: number): Buffer[] => [command(5, Buffer.alloc(bytes - 8))];
    const uuid = command(UUID, Buffer.alloc(16, 1));
    expect(over(thinFile({ cpu: ARM64, commands: [...filler(65_512), uuid] })).buildId).toHaveLength(16);
    expect(over(thinFile({ cpu: ARM64, commands: [...filler(65_513), uuid] })).buildId).toBeUndefined();
  });

  test('programs that overlap each other or the table are not believed', () => {
    const program = thinFile({ cpu: ARM64, commands: [command(UUID, Buffer.alloc(16, 1))] });
    expect(over(fatFile([program, program])).edition).toBe('arm64');
    for (const at of [4096 + program.length - 1, 4096, 4095, 0, 47]) {
      const file = fatFile([program, program]);
      file.writeUInt32BE(at, 36);
      expect(over(file), String(at)).toEqual(NOTHING);
    }
    const all = fatFile(Array.from({ length: 30 }, () => program));
    for (let entry = 0; entry < 30; entry++) all.writeUInt32BE(4096, 16 + entry * 20);
    expect(over(all)).toEqual(NOTHING);
    all.writeUInt32BE(31, 4);
    expect(over(all)).toEqual({ ...NOTHING, limitReached: true });
  });

  test('thirty programs that each ask for as much as possible stay within the limits', () => {
    const filler = Buffer.alloc(8, 0);
    filler.writeUInt32LE(8, 4);
    const commands = [
      signatureCommand(100_000, 200_000),
      Buffer.concat(Array.from({ length: 8000 }, () => filler)),
    ];
    const program = Buffer.alloc(300_000);
    thinFile({ cpu: ARM64, commands }).copy(program);
    program.writeUInt32LE(8001, 16);
    signatureWith({ cms: padded(realCms(), 65_528) }).copy(program, 100_000);
    const file = Buffer.alloc(4096 + 30 * program.length);
    file.writeUInt32BE(0xcafebabe);
    file.writeUInt32BE(30, 4);
    for (let entry = 0; entry < 30; entry++) {
      const at = 4096 + entry * program.length;
      file.writeUInt32BE(at, 16 + entry * 20);
      file.writeUInt32BE(program.length, 20 + entry * 20);
      program.copy(file, at);
    }
    expect(over(file)).toMatchObject({ edition: 'arm64', originalName: 'x', signer: 'GetSentry LLC' });
  });

  test('a signature outside its program, with too many blobs, or whose texts lie outside it', () => {
    const signed = (change: (signature: Buffer) => void, place: [number, number] = [4096, 8192]) => {
      const signature = signatureWith({ identifier: 'com.example', team: 'ABCDE12345' });
      change(signature);
      const commands = [signatureCommand(...place)];
      return over(thinFile({ cpu: ARM64, commands, rest: { at: 4096, bytes: signature } }));
    };
    expect(signed(() => {})).toMatchObject({ originalName: 'com.example', signerTeam: undefined });
    expect(signed((bytes) => bytes.writeUInt32BE(0xffff_ffff, 8))).toEqual({
      ...NOTHING,
      edition: 'arm64',
      limitReached: true,
    });
    expect(signed((bytes) => bytes.writeUInt32BE(0xffff_ffff, 16))).toEqual({ ...NOTHING, edition: 'arm64' });
    expect(
      signed((bytes) => bytes.writeUInt32BE(0xffff_ffff, DIRECTORY_AT + 20)).originalName,
    ).toBeUndefined();
    expect(signed((bytes) => bytes.writeUInt32BE(0xffff_ffff, DIRECTORY_AT + 48)).originalName).toBe(
      'com.example',
    );
    expect(signed(() => {}, [0xffff_ffff, 8192])).toEqual({ ...NOTHING, edition: 'arm64' });
    const inFat = (size: number): string | undefined => {
      const bytes = signatureWith({ identifier: 'com.example' });
      const commands = [signatureCommand(1024, bytes.length)];
      const file = fatFile([thinFile({ cpu: ARM64, commands, rest: { at: 1024, bytes } })]);
      file.writeUInt32BE(size, 20);
      return over(file).originalName;
    };
    expect(inFat(1024 + signatureWith({ identifier: 'com.example' }).length)).toBe('com.example');
    expect(inFat(1100), 'it belongs to the next program').toBeUndefined();
  });

  test('certificates nested without end', () => {
    for (const opening of [
      [0x30, 0x80],
      [0x30, 0x84, 0, 0, 0xff, 0xff],
      [0xa0, 0x80],
      [0x24, 0x80],
    ]) {
      const cms = Buffer.alloc(65_000);
      for (let at = 0; at + opening.length <= cms.length; at += opening.length)
        Buffer.from(opening).copy(cms, at);
      const bytes = signatureWith({ identifier: 'x', cms });
      const commands = [signatureCommand(4096, bytes.length)];
      const said = over(thinFile({ cpu: ARM64, commands, rest: { at: 4096, bytes } }));
      const { limitReached, ...rest } = said;
      expect(rest).toEqual({ ...NOTHING, edition: 'arm64', originalName: 'x' });
      // Elements of a definite length leave their parent before there are too many of them.
      if (opening.includes(0x80)) expect(limitReached).toBe(true);
    }
  });

  test('an Info.plist inside that is too large or not all there', () => {
    for (const size of [65_537, 0xffff_ffff, 5000]) {
      const commands = [infoPlistSegment(512, size, true)];
      expect(over(thinFile({ cpu: ARM64, commands, rest: { at: 512, bytes: Buffer.alloc(100) } }))).toEqual({
        ...NOTHING,
        edition: 'arm64',
        ...(size > 65_536 && { limitReached: true }),
      });
    }
  });
});

test('a file that is no Mach-O, or ends early, says nothing', () => {
  expect(over(Buffer.from('#!/bin/sh'))).toEqual(NOTHING);
  expect(over(new Uint8Array(0))).toEqual(NOTHING);
  expect(over(thinFile({ cpu: ARM64, commands: [] }).subarray(0, 27))).toEqual(NOTHING);
});

test(`${RUNS} variations of real files: bytes changed, cut anywhere`, {
  timeout: FULL ? 3_600_000 : 60_000,
}, () => {
  const files = RECORDED_MACH_O.map(recordedMachO);
  const changes = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0, 1, 0x80, 0xff), fc.nat(255))), {
    maxLength: 12,
  });
  const cut = fc.option(fc.nat(), { freq: 4 });
  let differed = 0;
  fc.assert(
    fc.property(fc.constantFrom(...files), changes, cut, (file, changed, end) => {
      const said = described(readerOf(varied(file, changed, end)));
      if (said.edition !== file.expected.architectures.join(' ').toLowerCase()) differed++;
    }),
    { numRuns: RUNS },
  );
  expect(differed, 'variations that mattered').toBeGreaterThan(RUNS / 20);
});

function varied(file: RecordedMachO, changes: [number, number][], end: number | null) {
  const pieces = file.pieces.map(({ at, bytes }) => ({ at, bytes: Buffer.from(bytes) }));
  for (const [place, value] of changes) {
    // Half of them within the first bytes of a piece, where counts and sizes are.
    const { bytes } = pieces[place % pieces.length] as { bytes: Buffer };
    bytes[place % 2 === 0 ? place % bytes.length : (place >> 1) % Math.min(bytes.length, 160)] = value;
  }
  const ends = pieces.map(({ at, bytes }) => at + bytes.length);
  if (end === null) return { pieces, size: file.size };
  const piece = end % pieces.length;
  return {
    pieces,
    size: (ends[piece] as number) - (end % (pieces[piece] as { bytes: Buffer }).bytes.length),
  };
}

const NOTHING: MachODescription = {
  buildId: undefined,
  interpreter: undefined,
  soname: undefined,
  originalName: undefined,
  productName: undefined,
  productVersion: undefined,
  signer: undefined,
  signerTeam: undefined,
  edition: undefined,
};

/** The CMS signature of a real file. */
function realCms(): Buffer {
  const bytes = recordedMachO('sentry-cli-darwin').pieces.find(
    (piece) => piece.bytes.readUInt32BE(0) === 0xfade0b01,
  );
  if (!bytes) throw new Error('no CMS signature was recorded');
  return bytes.bytes.subarray(8);
}

function padded(bytes: Buffer, length: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]);
}

const DIRECTORY_AT = 28;

/** An index of two blobs, a code directory with these texts, and a CMS wrapper. */
function signatureWith(parts: {
  identifier?: string;
  team?: string;
  cms?: Buffer;
  cmsBytes?: number;
}): Buffer {
  const identifier = Buffer.from(`${parts.identifier ?? 'x'}\0`);
  const team = Buffer.from(`${parts.team ?? 'T'}\0`);
  const cms = parts.cms ?? Buffer.alloc(0);
  const size = 52 + identifier.length + team.length;
  const big = (values: number[]): Buffer => numbers(values, true);
  return Buffer.concat([
    big([0xfade0cc0, DIRECTORY_AT + size + 8 + cms.length, 2, 0, DIRECTORY_AT, 0x10000, DIRECTORY_AT + size]),
    big([0xfade0c02, size, 0x20500, 0, 0, 52, 0, 0, 0, 0, 0, 0, 52 + identifier.length]),
    identifier,
    team,
    big([0xfade0b01, 8 + cms.length]),
    cms,
  ]);
}
