import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Evidence,
  type EvidenceRecordFields,
  encodeEvidence,
  identifyEvidence,
} from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NO_CATALOGUE } from '../catalogue/catalogue-in-force.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import type { StreamRecord } from '../stream/stream.ts';
import { AnnouncedExecutables } from './announced-executables.ts';
import { processEvidence } from './process-evidence.ts';
import { RangeEffects } from './range-effects.ts';

let folder: string;
let control: SqliteControlStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-evidence-'));
  control = new SqliteControlStore({ path: join(folder, 'control.db') });
});
afterEach(() => {
  control.close();
  rmSync(folder, { recursive: true });
});

const source: StreamRecord = {
  kind: 'evidence',
  deviceId: '00000000000000aa',
  receivedAt: 1_790_000_000_000,
  envelope: new Uint8Array(0),
  offset: 1,
  partition: 0,
};
const script: Evidence = {
  sha256: new Uint8Array(32).fill(1),
  path: '/usr/bin/tool',
  size: 10,
  format: 'script',
  packageName: 'tool',
  packageVersion: '1.0',
};

function record(bytes: Uint8Array, idOf = bytes): EvidenceRecordFields {
  const executableId = Buffer.from(identifyEvidence(idOf).executableId, 'hex').reverse();
  return { executableId, evidence: bytes, encodingVersion: 1 };
}

function reasons(effects: RangeEffects): string[] {
  return effects.toProcessedRange(1, 1).quarantined.map(({ reason }) => reason);
}

test('evidence that proves its id describes an executable, once', () => {
  const effects = new RangeEffects(new AnnouncedExecutables());
  const bytes = encodeEvidence(script);
  const executableNo = processEvidence(record(bytes), source, control, NO_CATALOGUE, effects);
  expect(executableNo).toBeTypeOf('number');
  expect(processEvidence(record(bytes), source, control, NO_CATALOGUE, effects)).toBeUndefined();
  control.commitProcessed(effects.toProcessedRange(1, 1));
  expect(
    processEvidence(
      record(bytes),
      source,
      control,
      NO_CATALOGUE,
      new RangeEffects(new AnnouncedExecutables()),
    ),
  ).toBeUndefined();
  expect(reasons(effects)).toEqual([]);
});

test('evidence under the id of another executable is put aside and describes nothing', () => {
  const effects = new RangeEffects(new AnnouncedExecutables());
  const victim = encodeEvidence(script);
  const forged = encodeEvidence({ ...script, packageName: 'evil' });
  expect(processEvidence(record(forged, victim), source, control, NO_CATALOGUE, effects)).toBeUndefined();
  expect(reasons(effects)).toEqual(['evidence-id-mismatch']);
  expect(effects.toProcessedRange(1, 1).evidenceProcessed).toEqual([]);
});

test('bytes that hash to their id but are not canonical are put aside', () => {
  const effects = new RangeEffects(new AnnouncedExecutables());
  const bytes = encodeEvidence(script);
  const swapped = Buffer.concat([bytes.subarray(34), bytes.subarray(0, 34)]);
  expect(processEvidence(record(swapped), source, control, NO_CATALOGUE, effects)).toBeUndefined();
  expect(reasons(effects)).toEqual(['evidence-not-canonical']);
});

test('another version of the encoding is put aside in words', () => {
  const effects = new RangeEffects(new AnnouncedExecutables());
  processEvidence(
    { ...record(encodeEvidence(script)), encodingVersion: 2 },
    source,
    control,
    NO_CATALOGUE,
    effects,
  );
  expect(reasons(effects)).toEqual(['evidence-version-unknown']);
});

test('the same script in a newer package is another executable', () => {
  const before = identifyEvidence(encodeEvidence(script));
  const after = identifyEvidence(encodeEvidence({ ...script, packageVersion: '1.1' }));
  expect(after.executableId).not.toBe(before.executableId);
});
