import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeIdList, Report } from '@fleetmeter/proto';
import { expect, test } from 'vitest';
import { NEW_EPOCH } from '../clickhouse/epoch-states.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { AnnouncedExecutables } from './announced-executables.ts';
import { internReport } from './interned-report.ts';
import { processReport } from './process-report.ts';
import { RangeEffects } from './range-effects.ts';
import type { EpochState } from './report-to-process.ts';

test.each([
  ['everything but the commit', (done: EpochState) => done],
  [
    'the inventory and no head',
    (done: EpochState) => ({ ...done, head: { ...done.head, sequence: 0, reportHash: new Uint8Array(0) } }),
  ],
])('a range done again after a crash that kept %s marks and asks as the first time', (_, kept) => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-report-'));
  const control = new SqliteControlStore({ path: join(folder, 'control.db') });
  try {
    const report = Report.decode(
      Report.encode({
        sequence: 1,
        epoch: { id: new Uint8Array(16).fill(1) },
        digestAfter: { count: 1, sum: new Uint8Array(16).fill(2) },
        inventory: { baseline: true, presentIds: encodeIdList(['00000000000000ff']) },
      }).finish(),
    );
    const hash = new Uint8Array(16).fill(3);
    const source = {
      kind: 'report' as const,
      deviceId: '00000000000000aa',
      receivedAt: 1_790_000_000_000,
      envelope: new Uint8Array(0),
      offset: 1,
      partition: 0,
    };
    const outcome = (state: EpochState) => {
      const effects = new RangeEffects(new AnnouncedExecutables());
      processReport(
        { report, hash, source, interned: internReport(report, control) },
        state,
        control,
        effects,
      );
      const { dirty, directives } = effects.toProcessedRange(1, 1);
      return { dirty, evidenceWanted: effects.evidenceWanted(), directives };
    };
    const state: EpochState = {
      epochNo: 1,
      deviceId: '00000000000000aa',
      head: NEW_EPOCH,
      inventory: undefined,
    };
    const first = outcome(state);
    expect(first).toMatchObject({ dirty: [{ kind: 'inventory' }], directives: [] });
    expect(first.evidenceWanted).toHaveLength(1);
    expect(outcome(kept(state))).toEqual(first);
  } finally {
    control.close();
    rmSync(folder, { recursive: true });
  }
});

test('after reports that are missing usage is asked for from the first of them on, and nothing of the report counts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-report-'));
  const control = new SqliteControlStore({ path: join(folder, 'control.db') });
  try {
    const digest = {
      day: 20_000,
      run: 0,
      records: 1,
      seconds: 5,
      launches: 1,
      marks: 1,
      coverageSeconds: 60,
    };
    const report = Report.decode(
      Report.encode({
        sequence: 9,
        epoch: { id: new Uint8Array(16).fill(1) },
        usage: { runs: new Uint8Array(8), digests: [digest, { ...digest, marks: 289 }] },
      }).finish(),
    );
    const source = {
      ...{ kind: 'report' as const, deviceId: '00000000000000aa', receivedAt: 20_001 * 86_400_000 },
      ...{ envelope: new Uint8Array(0), offset: 1, partition: 0 },
    };
    const effects = new RangeEffects(new AnnouncedExecutables());
    const item = {
      report,
      hash: new Uint8Array(16).fill(3),
      source,
      interned: internReport(report, control),
    };
    const state = {
      epochNo: 1,
      deviceId: '00000000000000aa',
      head: { ...NEW_EPOCH, sequence: 6 },
      inventory: undefined,
    };
    processReport(item, state, control, effects);
    const { directives, quarantined } = effects.toProcessedRange(1, 1);
    expect(directives.map(({ directive }) => directive.resendUsage).filter(Boolean)).toEqual([
      { afterSequence: 6 },
    ]);
    // What is in it comes again: neither the good digest nor the bad one is looked at.
    expect(quarantined).toEqual([]);
  } finally {
    control.close();
    rmSync(folder, { recursive: true });
  }
});

test('of what nobody has described three devices of a range are noted, however many have it', () => {
  const effects = new RangeEffects(new AnnouncedExecutables());
  const noted = ['a', 'a', 'b', 'c', 'd', 'a'].map((device) => effects.wantsEvidenceFrom(7, device));
  expect(noted).toEqual([true, false, true, true, false, false]);
  expect(effects.wantsEvidenceFrom(8, 'd')).toBe(true);
});

test('of the bad records of one device in a range a thousand are kept, and the rest is counted and keeps its day dirty', () => {
  const effects = new RangeEffects(new AnnouncedExecutables());
  const source = (deviceId: string) => ({
    ...{
      kind: 'report' as const,
      deviceId,
      receivedAt: 1,
      envelope: new Uint8Array(0),
      offset: 1,
      partition: 0,
    },
  });
  const record = (day: number) => ({
    ...{ reason: 'usage-seconds-out-of-range' as const, detail: '', kind: 'usage' as const, epochNo: 1 },
    ...{ sequence: 1, bytes: new Uint8Array(1), concern: { day, executableNo: 1 } },
  });
  for (let index = 0; index < 1_500; index++) effects.quarantine(source('rogue'), record(1));
  effects.quarantine(source('rogue'), record(2));
  effects.quarantine(source('other'), record(3));
  const { quarantined, quarantineOverflow, dirty } = effects.toProcessedRange(1, 1);
  expect(quarantineOverflow).toBe(501);
  expect(quarantined.map(({ deviceId }) => deviceId)).toEqual([...Array(1_000).fill('rogue'), 'other']);
  expect(dirty).toEqual([1, 2, 3].map((day) => ({ kind: 'usage-day', day })));
});
