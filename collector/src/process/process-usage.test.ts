import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Report } from '@fleetmeter/proto';
import { expect, test } from 'vitest';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { AnnouncedExecutables } from './announced-executables.ts';
import { internReport } from './interned-report.ts';
import { processUsage } from './process-usage.ts';
import { RangeEffects } from './range-effects.ts';

const DAY = 20_000;

test('a record that is put aside concerns its day, durably before any fact, and again once its program is described', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-usage-'));
  const control = new SqliteControlStore({ path: join(folder, 'control.db') });
  try {
    const executableId = Buffer.from('00000000000000ff', 'hex').reverse();
    const record = { run: 0, user: 0, executableId, seconds: 90_000 };
    const report = Report.decode(
      Report.encode({
        sequence: 1,
        epoch: { id: new Uint8Array(16).fill(1) },
        usage: {
          ...{ runs: new Uint8Array(8), users: [new Uint8Array(8)] },
          records: [
            { ...record, day: DAY - 1 },
            { ...record, day: 65_000 },
          ],
        },
      }).finish(),
    );
    const source = {
      ...{ kind: 'report' as const, deviceId: '00000000000000aa', receivedAt: DAY * 86_400_000 },
      ...{ envelope: new Uint8Array(0), offset: 7, partition: 0 },
    };
    const effects = new RangeEffects(new AnnouncedExecutables());
    const interned = internReport(report, control);
    const ofEpoch = { epochNo: 1, deviceId: source.deviceId };
    processUsage({ report, hash: new Uint8Array(16), source, interned }, ofEpoch, control, effects);

    effects.foreseeConcerns(control);
    const executableNo = interned.used.numbers[0] as number;
    const concern = { executableNo, deviceId: source.deviceId };
    // An impossible day is that of its arrival.
    for (const day of [DAY - 1, DAY]) expect(control.usageConcerns.ofDay(day)).toEqual([concern]);
    expect(control.usageConcerns.ofDay(65_000)).toEqual([]);

    const range = effects.toProcessedRange(7, source.receivedAt);
    expect(range.dirty).toEqual([
      { kind: 'usage-day', day: DAY - 1 },
      { kind: 'usage-day', day: DAY },
    ]);
    control.commitProcessed(range);
    for (const day of [DAY - 1, DAY]) expect(control.usageConcerns.ofDay(day)).toEqual([concern]);
    expect(control.daysOfUndescribedUse([executableNo]).sort()).toEqual([DAY - 1, DAY]);
  } finally {
    control.close();
    rmSync(folder, { recursive: true });
  }
});

test('of a day that is not kept any more nothing is taken up, nobody is asked what it was, and it is counted', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-usage-'));
  const control = new SqliteControlStore({ path: join(folder, 'control.db') });
  try {
    const days = [DAY - 150, DAY - 100, DAY - 99, DAY];
    const report = Report.decode(
      Report.encode({
        sequence: 1,
        epoch: { id: new Uint8Array(16).fill(1) },
        usage: {
          ...{ runs: new Uint8Array(8), users: [new Uint8Array(8)] },
          records: days.map((day, at) => ({
            ...{ run: 0, user: 0, seconds: 0, day },
            executableId: Buffer.alloc(8, at + 1),
          })),
          coverage: days.map((day) => ({ run: 0, day, seconds: 60 })),
          digests: days.map((day) => ({ run: 0, day })),
        },
      }).finish(),
    );
    const source = {
      ...{ kind: 'report' as const, deviceId: '00000000000000aa', receivedAt: DAY * 86_400_000 },
      ...{ envelope: new Uint8Array(0), offset: 7, partition: 0 },
    };
    const kept = { userUsage: DAY - 99, deviceUsage: DAY - 120 };
    const effects = new RangeEffects(new AnnouncedExecutables(), undefined, kept);
    const interned = internReport(report, control);
    const ofEpoch = { epochNo: 1, deviceId: source.deviceId };
    processUsage({ report, hash: new Uint8Array(16), source, interned }, ofEpoch, control, effects);

    const rows = (['usage', 'coverage', 'usage_digests'] as const).map(
      (table) => effects.facts.block(table)?.rows,
    );
    expect(rows).toEqual([2, 3, 2]);
    expect(effects.outlived).toBe(5);
    const range = effects.toProcessedRange(7, source.receivedAt);
    expect(range.dirty).toEqual([DAY - 99, DAY, DAY - 100].map((day) => ({ kind: 'usage-day', day })));
    expect(effects.evidenceWanted()).toHaveLength(2);
    expect(range.quarantined).toEqual([]);
  } finally {
    control.close();
    rmSync(folder, { recursive: true });
  }
});
