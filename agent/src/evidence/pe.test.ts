import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeEvidence, encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readContent } from '../hash/read-content.ts';
import type { ByteReader } from './elf.ts';
import { evidenceOf } from './file-evidence.ts';
import { RECORDED_PE, type RecordedPe, readerOf, recordedPe } from './fixtures/recorded-pe.ts';
import { describePe, type PeDescription } from './pe.ts';

const THREE_LANGUAGES = readFileSync(join(import.meta.dirname, 'fixtures/pe/languages.exe'));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pe-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const over =
  (bytes: Uint8Array): ByteReader =>
  (offset, length) =>
    bytes.subarray(offset, offset + length);

function comparable({ buildId, ...rest }: PeDescription): Record<string, string> {
  const all = { buildId: buildId && Buffer.from(buildId).toString('hex'), ...rest };
  return Object.fromEntries(
    Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

describe('real files', () => {
  test.each(RECORDED_PE)('%s says what resedit, objdump and osslsigncode read in it', (name) => {
    const recorded = recordedPe(name);
    expect(comparable(describePe(readerOf(recorded)))).toEqual(recorded.expected);
  });

  test('of 93 MB less than 32 kB are read', () => {
    const recorded = recordedPe('node-win-x64');
    const lengths: number[] = [];
    describePe((offset, length) => {
      lengths.push(length);
      return readerOf(recorded)(offset, length);
    });
    expect(recorded.size).toBeGreaterThan(93_000_000);
    expect(lengths.length).toBeLessThanOrEqual(8);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBeLessThan(32_768);
  });

  test('of several languages English is taken, and a version without words from its numbers', () => {
    expect(comparable(describePe(over(THREE_LANGUAGES)))).toEqual({
      productName: 'Fleet Gauge',
      productVersion: '7.1.2.3',
      companyName: 'Müller & Söhne ✓',
    });
  });

  test('the evidence of a file on disk has all of it, and is canonical', () => {
    const recorded = recordedPe('conpty-x64');
    const { buildId, ...texts } = recorded.expected;
    const evidence = evidenceOnDisk('conpty.dll', recorded);
    expect(evidence).toMatchObject({
      format: 'pe',
      size: recorded.size,
      path: '/opt/app/conpty.dll',
      ...texts,
    });
    expect(Buffer.from(evidence.buildId ?? []).toString('hex')).toBe(buildId);
    expect(decodeEvidence(encodeEvidence(evidence))).toEqual(evidence);
  });

  test('the id of a Windows file is the same on every system and for ever', () => {
    const evidence = evidenceOnDisk('languages.exe', {
      pieces: [{ at: 0, bytes: THREE_LANGUAGES }],
      size: THREE_LANGUAGES.length,
    });
    const { executableId } = identifyEvidence(encodeEvidence(evidence));
    expect(executableId).toBe('6c4c460b9ea47898');
  });
});

function evidenceOnDisk(name: string, { pieces, size }: Pick<RecordedPe, 'pieces' | 'size'>) {
  const path = join(folder, name);
  const descriptor = openSync(path, 'w');
  for (const { at, bytes } of pieces) writeSync(descriptor, bytes, 0, bytes.length, at);
  ftruncateSync(descriptor, size);
  closeSync(descriptor);
  const outcome = readContent(path, false, {
    limits: { maxFileBytes: 1e9, maxFileMs: 60_000 },
    afterChunk: () => 'go on',
    busyMs: () => 0,
    waitMs: () => {},
    wallMs: () => 0,
  });
  if (outcome.kind !== 'hashed') throw new Error(`not hashed: ${JSON.stringify(outcome)}`);
  return evidenceOf({ ...outcome.content, size: outcome.content.identity.size }, `/opt/app/${name}`, [], {
    owner: undefined,
    bundle: undefined,
  });
}

const hasSigner = ['openssl', 'osslsigncode'].every(
  (program) => spawnSync(program, ['version'], { stdio: 'ignore' }).error === undefined,
);

test.skipIf(!hasSigner)(
  'reads who signed a file with osslsigncode (skipped without osslsigncode and openssl)',
  () => {
    for (const [subject, signer] of [
      ['/C=DE/O=Müller & Söhne/CN=Müller & Söhne Signing', 'Müller & Söhne Signing'],
      ['/C=JP/O=艦隊計', '艦隊計'],
    ] as const) {
      const signed = signedBy(subject);
      expect(describePe(over(signed))).toMatchObject({ productName: 'Fleet Gauge', signer });
    }
  },
);

function signedBy(subject: string): Buffer {
  const at = (name: string): string => join(folder, name);
  const run = (program: string, ...parameters: string[]): void => {
    execFileSync(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  run(
    'openssl',
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-utf8',
    '-subj',
    subject,
    '-days',
    '2',
    '-addext',
    'extendedKeyUsage=codeSigning',
    '-keyout',
    at('key.pem'),
    '-out',
    at('certificate.pem'),
  );
  writeFileSync(at('plain.exe'), THREE_LANGUAGES);
  rmSync(at('signed.exe'), { force: true });
  run(
    'osslsigncode',
    'sign',
    '-certs',
    at('certificate.pem'),
    '-key',
    at('key.pem'),
    '-h',
    'sha256',
    '-in',
    at('plain.exe'),
    '-out',
    at('signed.exe'),
  );
  return readFileSync(at('signed.exe'));
}

test('a file that is no PE, or ends early, says nothing', () => {
  expect(describePe(over(Buffer.from('MZ but not more')))).toEqual({});
  expect(describePe(over(THREE_LANGUAGES.subarray(0, 100)))).toEqual({});
  expect(describePe(over(new Uint8Array(0)))).toEqual({});
});
