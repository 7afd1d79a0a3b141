/** A person's own data: handed out, and erased for good, also with a collector that is killed in the middle. */

import { writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FleetOfOne } from './fleet-of-one.ts';
import { ANNA, BEN, DIARY, EDITOR, HAD_BEFORE, reportAll, TODAY, usageOf } from './home-programs-fleet.ts';
import type { ScriptedDevice } from './scripted-device.ts';

const DAYS = [TODAY, TODAY - 1, TODAY - 12];
const CALLED = Buffer.from(ANNA).toString('hex');
const date = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

let fleet: FleetOfOne;
let desk: ScriptedDevice;
let sequence = 1;
let person: string;

beforeAll(async () => {
  fleet = await FleetOfOne.create();
  fleet.startCollector();
  await fleet.ready();
  [desk] = (await reportAll(fleet, DAYS)) as [ScriptedDevice];
  // One record that cannot be used, and what the device says of a day that is over.
  await tell({
    ...usageOf([{ of: DIARY, user: ANNA, seconds: 90_000, launches: 1, foreground: 1 }]),
    digests: [
      { run: 0, day: TODAY - 1, records: 4, seconds: 676, launches: 28, marks: 4, coverageSeconds: 0 },
    ],
  });
  const made = fleet.command(fleet.collectorProgram, 'person', 'token', 'create', '--name', 'Dana', '--json');
  writeFileSync(`${fleet.folder}/token`, (JSON.parse(made) as { secret: string }).secret, { mode: 0o600 });
}, 120_000);
afterAll(() => fleet?.close());

async function tell(usage: object): Promise<void> {
  sequence++;
  await desk.acknowledged('report', desk.report({ sequence, digestBefore: HAD_BEFORE, usage }));
}
const collector = (...args: string[]): string =>
  fleet.command(fleet.collectorProgram, ...args, '--config', `${fleet.folder}/collector.json`);
const exported = (called: string) =>
  JSON.parse(
    collector(
      'person',
      'export',
      called,
      '--reason',
      'asked for it',
      '--token-file',
      `${fleet.folder}/token`,
    ),
  );
const counted = async (metric: string): Promise<number> =>
  Number(
    new RegExp(`^${metric} (\\d+)`, 'm').exec(await (await fetch(`${fleet.adminUrl}/metrics`)).text())?.[1],
  );
/** Seconds of the editor on the computer of both, by day. */
const onTheDesk = async (): Promise<string> =>
  (
    await fleet.sql<{ seconds: number }>(
      `SELECT seconds FROM fleetmeter.usage_daily WHERE device_id = '${desk.hexId}' AND application = 'editor' ORDER BY day DESC`,
    )
  )
    .map(({ seconds }) => seconds)
    .join(' ');

test('what is exported is everything that is held, by the pseudonym that the device shows', async () => {
  await fleet.eventually('her days are derived', async () => (await onTheDesk()) === '368 368 368', 120);
  const held = exported(CALLED);
  person = held.person;
  expect(held).toMatchObject({
    more: false,
    corrections: [],
    devices: [{ device_id: desk.hexId, hostname: 'desk-1' }],
  });
  expect(held.days).toHaveLength(9);
  expect(
    held.days.filter(({ application }: { application: string }) => application === 'anna-diary'),
  ).toMatchObject(DAYS.map((day) => ({ day: date(day), seconds: 211, launches: 7, foreground_seconds: 31 })));
  expect(
    held.applications.map(({ application, seconds }: Record<string, unknown>) => [application, seconds]),
  ).toEqual([
    ['editor', 771],
    ['anna-diary', 633],
    ['team-tool', 291],
  ]);
  expect(held.quarantine).toMatchObject([{ kind: 'usage', device_id: desk.hexId, state: 'open' }]);
  expect(exported(person)).toEqual(held);
  const [last] = JSON.parse(collector('person', 'log', '--json')) as Record<string, unknown>[];
  expect(last).toMatchObject({ name: 'Dana', reason: 'asked for it', outcome: 'answered', rows: 10 });
}, 180_000);

test('erasing has to be meant, with a reason, and must be of somebody', () => {
  expect(() => collector('person', 'erase', CALLED, '--reason', 'x')).toThrow(/say --yes/);
  expect(() => collector('person', 'erase', CALLED, '--yes')).toThrow(/--reason is needed/);
  expect(() => collector('person', 'erase', 'anna', '--yes', '--reason', 'x')).toThrow(/16 or 32 hex digits/);
});

test('a collector that is killed in the middle goes on, and in the end nothing is left but that somebody was erased', async () => {
  const erase = ['person', 'erase', CALLED, '--yes', '--reason', 'her wish', '--json'];
  const first = JSON.parse(collector(...erase, '--no-wait')) as { erasure: number };
  await fleet.killCollector();
  fleet.startCollector();
  await fleet.ready();
  const done = JSON.parse(collector(...erase)) as object;
  expect(done).toMatchObject({ erasure: first.erasure, phase: 'done', rows: 9 });
  expect(await onTheDesk()).toBe('111 111 111');
  expect(exported(CALLED)).toMatchObject({
    days: [],
    applications: [],
    devices: [],
    quarantine: [],
    corrections: [],
  });
  const erasures = collector('person', 'erasures', '--json');
  expect(JSON.parse(erasures)).toMatchObject([{ phase: 'done', reason: 'her wish', rows: 9 }]);
  const database = new DatabaseSync(`${fleet.folder}/data/collector/control.db`, { readOnly: true });
  const kept = database.prepare('SELECT * FROM person_erasures').all();
  const aside = database.prepare('SELECT count(*) AS n FROM quarantine').get();
  database.close();
  expect(aside).toEqual({ n: 0 });
  for (const text of [erasures, JSON.stringify(kept)]) {
    expect(text).not.toContain(person);
    expect(text).not.toContain(CALLED);
  }
  for (const { person: blank, days } of kept) expect([blank, days]).toEqual([null, '[]']);
}, 180_000);

test('what comes later, or again, is left out, and that of others is not', async () => {
  await tell(usageOf([{ of: EDITOR, user: ANNA, seconds: 299, launches: 20, foreground: 50 }], DAYS));
  await tell(usageOf([{ of: DIARY, user: ANNA, seconds: 90_000, launches: 1, foreground: 1 }]));
  await tell(usageOf([{ of: EDITOR, user: BEN, seconds: 222, launches: 6, foreground: 23 }]));
  await fleet.eventually("Ben's is derived", async () => (await onTheDesk()) === '222 111 111', 120);
  expect(await counted('fleetmeter_process_erased_person_records_total')).toBe(4);
  expect(exported(CALLED)).toMatchObject({ days: [], quarantine: [] });
}, 180_000);

test('an audit does not take for lost what was erased', () => {
  expect(JSON.parse(collector('audit', '--now', '--json'))).toMatchObject({
    wrong: false,
    lost: { usage: 0 },
  });
}, 60_000);
