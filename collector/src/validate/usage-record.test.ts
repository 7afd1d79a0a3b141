import { encodeSlots, type UsageRecordFields } from '@fleetmeter/proto';
import { expect, test } from 'vitest';
import { coverageFault, usageRecordFault } from './usage-record.ts';

const today = 20_000;
const receivedAt = today * 86_400_000 + 3_600_000;
const usage = { runs: Buffer.alloc(16), users: [Buffer.alloc(8)] };
const good: UsageRecordFields = {
  day: today,
  run: 1,
  executableId: Buffer.alloc(8),
  seconds: 86_400,
  slots: encodeSlots([0, 287]),
};
const reason = (changes: UsageRecordFields) =>
  usageRecordFault({ ...good, ...changes }, usage, receivedAt)?.reason;

test('a record within all bounds has no fault', () => {
  expect(usageRecordFault(good, usage, receivedAt)).toBeUndefined();
  expect(usageRecordFault({ executableId: Buffer.alloc(8), day: today }, usage, receivedAt)).toBeUndefined();
});

test.each([
  ['the day 400 days before is the oldest', { day: today - 400 }, undefined],
  ['one day more is too old', { day: today - 401 }, 'usage-day-out-of-window'],
  ['tomorrow is the newest', { day: today + 1 }, undefined],
  ['the day after tomorrow is not', { day: today + 2 }, 'usage-day-out-of-window'],
  ['a day of the year 9999', { day: 2_932_896 }, 'usage-day-out-of-window'],
  ['one second more than a day has', { seconds: 86_401 }, 'usage-seconds-out-of-range'],
  ['foreground beyond a day', { foregroundSeconds: 86_401 }, 'usage-seconds-out-of-range'],
  ['locked beyond a day', { lockedSeconds: 4_294_967_295 }, 'usage-seconds-out-of-range'],
  ['in front as long as it ran', { seconds: 60, foregroundSeconds: 60 }, undefined],
  ['in front for longer than it ran', { seconds: 60, foregroundSeconds: 61 }, 'usage-seconds-out-of-range'],
  ['locked for longer than it ran', { seconds: 60, lockedSeconds: 61 }, 'usage-seconds-out-of-range'],
  ['in front for no time, and never locked', { foregroundSeconds: 0, lockedSeconds: 0 }, undefined],
  ['in front for less than no time', { foregroundSeconds: -1 }, 'usage-seconds-out-of-range'],
  ['launches beyond belief', { launches: { service: 900_000_000 } }, 'usage-launches-out-of-range'],
  ['many launches', { launches: { unknown: 864_000_000 } }, undefined],
  ['all marks of the day', { slots: Buffer.alloc(36, 0xff) }, undefined],
  ['slot 288', { slots: Buffer.from([255, 33]) }, 'usage-slots-out-of-range'],
  ['a skip with no mark after it', { slots: Buffer.from([5, 255]) }, 'usage-slots-out-of-range'],
  ['slots of 37 bytes', { slots: Buffer.alloc(37) }, 'usage-slots-out-of-range'],
  ['a run that is not there', { run: 2 }, 'usage-reference-missing'],
  ['a user who is not there', { user: 1 }, 'usage-reference-missing'],
  ['an id of 7 bytes', { executableId: Buffer.alloc(7) }, 'usage-reference-missing'],
  ['a generation, which only administrators make', { generation: 1 }, 'usage-generation-refused'],
])('%s', (_name, changes, expected) => {
  expect(reason(changes)).toBe(expected);
});

test('the fault names the value, so that a person can find its cause', () => {
  expect(usageRecordFault({ ...good, seconds: 90_000 }, usage, receivedAt)?.detail).toBe(
    'seconds is 90000, allowed are 0 to 86400',
  );
});

test.each([
  [{ day: today, seconds: 86_400 }, undefined],
  [{ day: today, seconds: 86_401 }, 'coverage-out-of-range'],
  [{ day: today - 401 }, 'coverage-out-of-range'],
  [{ day: today, run: 2 }, 'usage-reference-missing'],
])('coverage %j: %s', (coverage, expected) => {
  expect(coverageFault(coverage, usage, receivedAt)?.reason).toBe(expected);
});
