import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Report } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NEW_EPOCH } from '../clickhouse/epoch-states.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { AnnouncedExecutables } from './announced-executables.ts';
import { internReport } from './interned-report.ts';
import { RangeEffects } from './range-effects.ts';
import { takeTurn } from './take-turn.ts';

const device = '00000000000000aa';
const [older, newer, newest] = [1, 2, 3].map((n) => new Uint8Array(16).fill(n)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
let folder: string;
let control: SqliteControlStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-turn-'));
  control = new SqliteControlStore({ path: join(folder, 'control.db') });
  control.epochs.open(device, older, undefined, 1);
  control.epochs.open(device, newer, older, 2);
});
afterEach(() => {
  control.close();
  rmSync(folder, { recursive: true });
});

/** What is asked of the device and whether it was proven a copy, after these reports of one range. */
function outcomeOf(
  turns: { epochNo: number; id: Uint8Array; sequence: number; at: number; since: number }[],
) {
  const effects = new RangeEffects(new AnnouncedExecutables());
  for (const { epochNo, id, sequence, at, since } of turns) {
    const report = Report.decode(Report.encode({ sequence, epoch: { id } }).finish());
    const source = {
      ...{ kind: 'report' as const, deviceId: device, receivedAt: at },
      ...{ envelope: new Uint8Array(0), offset: sequence, partition: 0 },
    };
    const head = { ...NEW_EPOCH, sequence: sequence - 1, receivedAt: since };
    const item = { report, hash: new Uint8Array(16), source, interned: internReport(report, control) };
    takeTurn(item, { epochNo, deviceId: device, head, inventory: undefined }, control, effects);
  }
  const range = effects.toProcessedRange(1, 1);
  control.commitProcessed(range);
  const asked = range.directives.map(({ directive }) => directive);
  return { asked, copies: [...effects.copies.keys()] };
}

const olderSpeaks = (sequence: number) => ({
  ...{ epochNo: 1, id: older, sequence, at: 1000 * sequence, since: 1000 * (sequence - 1) },
});

test('who goes on in an older epoch while the newest is silent is asked to open one anew, over ranges and within one', () => {
  const nothing = { asked: [], copies: [] };
  expect(outcomeOf([olderSpeaks(8)])).toEqual(nothing);
  expect(outcomeOf([olderSpeaks(9), olderSpeaks(10)])).toEqual(nothing);
  const asked = [{ epoch: Buffer.from(older), sequence: 11, openEpoch: {} }];
  expect(outcomeOf([olderSpeaks(11)])).toEqual({ asked, copies: [] });
  expect(control.directivesFor(device, older)).toHaveLength(1);
  expect(control.directivesFor(device, newer), 'nobody else is meant').toEqual([]);
});

test('an epoch that was opened meanwhile gives its sender as much time to go on in it', () => {
  outcomeOf([8, 9, 10].map(olderSpeaks));
  control.epochs.open(device, newest, newer, 3);
  expect(outcomeOf([olderSpeaks(11)]).asked).toEqual([]);
  expect(outcomeOf([12, 13, 14].map(olderSpeaks)).asked).toHaveLength(1);
});

test('copies that speak in turn are proven and not sent from epoch to epoch', () => {
  outcomeOf([8, 9].map(olderSpeaks));
  const turn = { epochNo: 2, id: newer, sequence: 2, at: 9_500, since: 7_500 };
  expect(outcomeOf([turn])).toEqual({ asked: [], copies: [2] });
});

test('a proven copy leaves the device: in the same range it does not prove whoever it spoke beside a copy too', () => {
  outcomeOf([8, 9].map(olderSpeaks));
  control.epochs.open(device, newest, older, 3);
  const copy = { epochNo: 2, id: newer, sequence: 2, at: 9_500, since: 7_500 };
  const original = { epochNo: 3, id: newest, sequence: 2, at: 9_800, since: 9_200 };
  expect(outcomeOf([copy, original]).copies).toEqual([2]);
});
