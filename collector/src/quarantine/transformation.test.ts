import { readFileSync } from 'node:fs';
import { encodeSlots, type UsageRecordFields } from '@fleetmeter/proto';
import { describe, expect, test } from 'vitest';
import { type ReadableRecord, usageFault } from './readable-record.ts';
import { STEP_KINDS, TransformationError, transformation, transformed } from './transformation.ts';

const SLOTS = encodeSlots([0, 1, 2]);
const usage = (fields: UsageRecordFields): ReadableRecord => ({
  kind: 'usage',
  fields: { day: 20_000, seconds: 90_000, slots: SLOTS, ...fields },
  run: new Uint8Array(8),
});
const fieldsAfter = (record: ReadableRecord, ...steps: string[]) =>
  (transformed(record, transformation(steps)) as { fields: UsageRecordFields }).fields;

describe('each step does what it says, and nothing else', () => {
  test.each<[string, UsageRecordFields, UsageRecordFields]>([
    ['set day=2024-10-05', {}, { day: 20_001 }],
    ['shift-day -1', {}, { day: 19_999 }],
    ['shift-day +10', {}, { day: 20_010 }],
    ['cap seconds=86400', {}, { seconds: 86_400 }],
    ['cap seconds=300*slots', {}, { seconds: 900 }],
    ['cap seconds=300*slots', { seconds: 5 }, {}],
    ['set seconds=7', {}, { seconds: 7 }],
    ['set generation=0', { generation: 3 }, { generation: 0 }],
    [
      'cap launches=2',
      { launches: { user: 9 } },
      { launches: { user: 2, autostart: 0, service: 0, scheduler: 0, unknown: 0 } },
    ],
    ['clear slots', {}, { slots: new Uint8Array(0) }],
    ['clear foreground', { foregroundSeconds: 99_999 }, { foregroundSeconds: null }],
    ['clear locked', { lockedSeconds: 99_999 }, { lockedSeconds: null }],
  ])('%s', (step, before, changed) => {
    const record = usage(before);
    const frozen = structuredClone(record);
    const after = fieldsAfter(record, step);
    const expected = { ...(record as { fields: UsageRecordFields }).fields, ...changed };
    // What was not known stays not known.
    expect({ ...expected, ...after }).toEqual(after);
    for (const [name, value] of Object.entries(expected))
      expect([name, after[name as 'day']]).toEqual([name, value]);
    expect(record).toEqual(frozen);
  });

  test('seconds in the foreground and locked are capped as well, where they are known', () => {
    const after = fieldsAfter(usage({ foregroundSeconds: 80_000 }), 'cap seconds=100');
    expect(after).toMatchObject({ seconds: 100, foregroundSeconds: 100 });
    expect(after).not.toHaveProperty('lockedSeconds', expect.anything());
  });

  test('steps are applied in their order', () => {
    expect(fieldsAfter(usage({}), 'cap  seconds=300*slots', 'shift-day -2')).toMatchObject({
      day: 19_998,
      seconds: 900,
    });
    expect(fieldsAfter(usage({}), 'clear slots', 'cap seconds=300*slots')).toMatchObject({ seconds: 0 });
  });

  test('of a collector whose clock was wrong records are judged by when they came', () => {
    const record = { ...usage({ seconds: 5 }), user: new Uint8Array(16) } as Extract<
      ReadableRecord,
      { kind: 'usage' }
    >;
    const named = { ...record, fields: { ...record.fields, executableId: new Uint8Array(8) } };
    const day = 86_400_000;
    expect(usageFault(named, 0)).toMatchObject({ reason: 'usage-day-out-of-window' });
    const judged = transformed(named, transformation(['set received=2024-10-05'])) as typeof named;
    expect(usageFault(judged, 0)).toBeUndefined();
    const tooEarly = transformed(named, transformation(['set received=2024-10-02'])) as typeof named;
    expect(usageFault(tooEarly, 20_000 * day)).toMatchObject({ reason: 'usage-day-out-of-window' });
  });

  test('coverage has a day and seconds', () => {
    const coverage: ReadableRecord = { kind: 'coverage', fields: { day: 5, seconds: 90_000 } };
    expect(fieldsAfter(coverage, 'cap seconds=86400', 'set day=1970-01-02')).toEqual({
      day: 1,
      seconds: 86_400,
    });
  });

  test('of coverage nobody is seen where nothing is, and all that is told is capped', () => {
    const fields = { day: 5, seconds: 90_000, unobservedSeconds: 100_000, interactiveSeconds: 900 };
    const coverage: ReadableRecord = { kind: 'coverage', fields };
    expect(fieldsAfter(coverage, 'set seconds=600')).toMatchObject({ seconds: 600, interactiveSeconds: 600 });
    expect(fieldsAfter(coverage, 'cap seconds=86400')).toMatchObject({
      ...{ seconds: 86_400, unobservedSeconds: 86_400, interactiveSeconds: 900 },
    });
  });
});

test.each([
  'drop table',
  'shift-day',
  'shift-day 0',
  'shift-day 801',
  'set day=2024-13-40',
  'set day=today',
  'cap seconds=86401',
  'set generation=1',
  'set generation=2',
  'cap seconds=300*slots; rm',
  'clear day',
  'set id=00',
  '',
])('%j is no step', (step) => {
  expect(() => transformation([step])).toThrow(TransformationError);
});

test('none at all, a version that is not known, and what does not fit the record are refused in words', () => {
  expect(() => transformation([])).toThrow(/needs at least one step/);
  expect(() => transformed(usage({}), { version: 2, steps: ['shift-day 1'] })).toThrow(
    /version 2, known is 1/,
  );
  const evidence: ReadableRecord = { kind: 'evidence', records: [] };
  expect(() => transformed(evidence, transformation(['shift-day 1']))).toThrow(/kind evidence has no day/);
  expect(() => transformed(usage({}), transformation(['set id=proven']))).toThrow(/does not fit/);
  const unreadable = usage({ slots: new Uint8Array([255, 145]) });
  expect(() => transformed(unreadable, transformation(['cap seconds=300*slots']))).toThrow(/cannot be read/);
  expect(() => transformed(usage({ day: 0 }), transformation(['shift-day -1']))).toThrow(/before 1970/);
});

test('docs/quarantine.md lists exactly these steps', () => {
  const page = readFileSync(new URL('../../../docs/quarantine.md', import.meta.url), 'utf8');
  const [, table = ''] = /## Steps of a repair\n([\s\S]*?)\n\n[A-Z]/.exec(page) ?? [];
  const documented = [...table.matchAll(/`([^`]+)`/g)].map(([, form]) => form);
  // One form stands for three.
  const forms = STEP_KINDS.flatMap(({ form }) =>
    form.startsWith('clear ') ? ['slots', 'foreground', 'locked'].map((what) => `clear ${what}`) : [form],
  );
  expect(documented).toEqual(forms);
});
