import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { problemsOf } from '../status/problems.ts';
import { settingsLines } from '../status/settings-lines.ts';
import { type AgentStore, agentStore } from '../store/agent-store.ts';
import { openStateDatabase } from '../store/state-database.ts';
import { CeilingFile } from './ceiling.ts';
import { EffectiveSettings } from './effective-settings.ts';

const HOUR = 3_600_000;
let folder: string;
let store: AgentStore;
let nowMs: number;
let onBattery: boolean;
let warnings: object[];
let ceilingFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-settings-'));
  store = agentStore(openStateDatabase(folder, 0).database);
  ceilingFile = join(folder, 'ceiling.json');
  nowMs = Date.UTC(2026, 10, 24, 12);
  onBattery = false;
  warnings = [];
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

/** As at a start of the agent. */
function settingsOf(local: object = {}): EffectiveSettings {
  const config = join(folder, 'agent.json');
  writeFileSync(config, JSON.stringify(local));
  return new EffectiveSettings({
    local: loadConfig({ config }, {}),
    facts: store.facts,
    ceiling: new CeilingFile(ceilingFile),
    wallMs: () => nowMs,
    onBattery: () => onBattery,
    log: { info: () => {}, warn: (fields) => void warnings.push(fields) },
  });
}
const putCeiling = (content: object) => writeFileSync(ceilingFile, JSON.stringify(content));

test('what the collector set is kept over a restart, and what it sets no more is not set', () => {
  settingsOf().receive({ version: 4, group: 'office', reportIntervalSeconds: 60, rescanSeconds: 600 });
  const again = settingsOf();
  expect([again.version, again.reportIntervalSeconds]).toEqual([4, 60]);
  expect(again.finding?.rescanSeconds).toBe(600);
  again.receive({ version: 5, group: 'office', rescanSeconds: 700 });
  expect(settingsOf().status().values).toMatchObject({
    reportIntervalSeconds: { value: 3600, origin: 'default' },
    rescanSeconds: { value: 700, origin: 'collector' },
  });
  again.receive({ version: 0 });
  expect(settingsOf().status().values.rescanSeconds.origin).toBe('default');
});

test('a value that cannot be is refused alone, stays as it was, and is told in log and status', () => {
  const settings = settingsOf();
  settings.receive({ version: 1, group: 'g', reportIntervalSeconds: 60, rescanSeconds: 600 });
  settings.receive({
    version: 2,
    group: 'g',
    reportIntervalSeconds: 0,
    sampleIntervalSeconds: 301,
    rescanSeconds: 900,
    excludedFolders: ['relative'],
  });
  expect(settings.version).toBe(2);
  expect(settings.status().values).toMatchObject({
    reportIntervalSeconds: { value: 60, origin: 'collector' },
    sampleIntervalSeconds: { value: 5, origin: 'default' },
    rescanSeconds: { value: 900, origin: 'collector' },
    excludedFolders: { value: [] },
  });
  expect(warnings).toMatchObject([
    { setting: 'reportIntervalSeconds', value: 0, why: 'must be a whole number from 1 to 86400' },
    { setting: 'sampleIntervalSeconds', value: 301 },
    { setting: 'excludedFolders', value: ['relative'] },
  ]);
  const problems = problemsOf({
    ...{
      sendFailures: 0,
      lastFailure: undefined,
      notAdmitted: undefined,
      refusedReports: 0,
      quarantined: 0,
      missedSamples: 0,
    },
    ...{
      unreadableProcesses: 0,
      privileged: true,
      droppedValues: 0,
      clockAheadSeconds: 0,
      skipped: [],
      noticesIgnored: {},
      storeError: undefined,
      state: { mostBytes: 1, forgotten: { acknowledged: 0, unreported: 0 } },
    },
    settings: settings.status(),
    overspent: [],
  });
  expect(problems.map(({ code, title }) => [code, title])).toContainEqual([
    'setting-refused',
    'The collector set reportIntervalSeconds to 0, which must be a whole number from 1 to 86400',
  ]);
  settings.receive({ version: 3, group: 'g' });
  expect(settings.status().refused).toEqual([]);
});

test('status says of each setting where it comes from', () => {
  putCeiling({ tellUsersApart: false });
  const settings = settingsOf({ sampleIntervalSeconds: 7 });
  settings.receive({ version: 12, group: 'office', reportIntervalSeconds: 60, tellUsersApart: true });
  const lines = settingsLines(settings.status()).map(([name, text]) => `${name}: ${text}`);
  expect(lines).toContain('settings: version 12 of the collector, group office');
  expect(lines).toContain('setting: reportIntervalSeconds 60 (collector, group office, version 12)');
  expect(lines).toContain('setting: sampleIntervalSeconds 7 (this device)');
  expect(lines).toContain('setting: rescanSeconds 3600 (default)');
  expect(lines).toContain('setting: tellUsersApart false (ceiling of this device)');
  expect(lines).toContain(`ceiling: tellUsersApart false (${ceilingFile})`);
});

test('of what the collector lists a device and its ceiling may refuse to tell the time of day', () => {
  const listed = { version: 1, group: 'g', concurrentLicences: ['draw', '/opt/x/*/bin/x'] };
  const settings = settingsOf();
  settings.receive(listed);
  expect([settings.concurrentLicences, settings.timesOfDayAllowed]).toEqual([
    listed.concurrentLicences,
    undefined,
  ]);
  const choosy = settingsOf({ concurrentLicences: ['draw'] });
  expect([choosy.concurrentLicences, choosy.timesOfDayAllowed]).toEqual([['draw'], ['draw']]);
  const refusing = settingsOf({ concurrentLicences: 'none' });
  expect([refusing.concurrentLicences, refusing.timesOfDayAllowed]).toEqual([[], []]);
  putCeiling({ tellTimesOfDay: false });
  choosy.look();
  expect([choosy.concurrentLicences, choosy.timesOfDayAllowed]).toEqual([[], []]);
  expect(() => settingsOf({ concurrentLicences: ['/usr/bin/*'] })).toThrow(/must be names of packages/);
});

test('a ceiling counts while the agent runs; one that is broken leaves the old one, and stops a start', () => {
  const settings = settingsOf();
  settings.receive({ version: 1, group: 'g', meterUsage: true, additionalRoots: ['/data', '/usr/x'] });
  expect(settings.metering).toBe(true);
  putCeiling({ meterUsage: false, roots: ['/usr'] });
  settings.look();
  expect(settings.metering).toBe(false);
  expect(settings.finding).toMatchObject({ rootsAtMost: ['/usr'], additionalRoots: ['/usr/x'] });
  writeFileSync(ceilingFile, '{"meterUsage": tru');
  settings.look();
  expect(settings.metering).toBe(false);
  expect(settings.status().ceiling.fault).toContain('is not JSON');
  expect(() => settingsOf()).toThrow(/^the ceiling .* is not JSON/);
  unlinkSync(ceilingFile);
  settings.look();
  expect([settings.metering, settings.status().ceiling.fault]).toEqual([true, null]);
});

test.each([
  [{ meterUsgae: false }, /says "meterUsgae", which is unknown; known are meterUsage/],
  [{ meterUsage: 'off' }, /meterUsage must be true or false, not "off"/],
  [{ roots: ['usr'] }, /roots must be absolute folders/],
  [[], /must hold one JSON object/],
])('the ceiling %j stops the agent from starting', (content, message) => {
  putCeiling(content);
  expect(() => settingsOf()).toThrow(message);
});

test('on battery the other interval counts, unless it is the shorter one', () => {
  const settings = settingsOf();
  expect([settings.reportIntervalSeconds, settings.sampleIntervalSeconds]).toEqual([3600, 5]);
  onBattery = true;
  settings.look();
  expect([settings.reportIntervalSeconds, settings.sampleIntervalSeconds]).toEqual([14_400, 15]);
  settings.receive({ version: 1, group: 'g', reportIntervalSeconds: 600, sparingReportIntervalSeconds: 60 });
  expect(settings.reportIntervalSeconds).toBe(600);
  settings.receive({ version: 2, group: 'g', sampleIntervalSeconds: 60 });
  expect(settings.sampleIntervalSeconds).toBe(60);
});

test('a pause lasts 24 hours from the last word of the collector, also over a restart, and no longer', () => {
  let settings = settingsOf();
  expect([settings.paused, settings.metering]).toEqual([false, true]);
  settings.receive({ version: 1, group: 'g', paused: true });
  expect([settings.paused, settings.metering, settings.finding]).toEqual([true, false, undefined]);
  expect(settings.status().paused_until).toBe('2026-11-25T12:00:00.000Z');
  nowMs += 20 * HOUR;
  settings.receive(undefined);
  nowMs += 23 * HOUR;
  settings = settingsOf();
  expect(settings.paused).toBe(true);
  expect(settingsLines(settings.status())[0]).toEqual([
    'paused',
    'by the collector until it says otherwise; without contact until 2026-11-26T08:00:00.000Z',
  ]);
  nowMs += HOUR - 1;
  expect(settings.paused).toBe(true);
  nowMs += 1;
  expect([settings.paused, settings.metering, settings.finding !== undefined]).toEqual([false, true, true]);
  expect(settings.status().paused_until).toBeNull();
  settings.receive(undefined);
  expect(settings.paused, 'the collector is back, and has not resumed').toBe(true);
  settings.receive({ version: 2, group: 'g', paused: false });
  expect([settings.paused, settingsOf().paused]).toEqual([false, false]);
});

test('a clock that is set back makes a pause at most a day longer', () => {
  const settings = settingsOf();
  settings.receive({ version: 1, group: 'g', paused: true });
  nowMs -= 1000 * HOUR;
  settings.look();
  nowMs += 23 * HOUR;
  settings.look();
  expect(settings.paused).toBe(true);
  nowMs += HOUR;
  expect(settings.paused).toBe(false);
});

test('whoever waits for a change is told', async () => {
  const settings = settingsOf();
  const { changed } = settings;
  settings.receive(undefined);
  expect(changed.aborted).toBe(false);
  settings.receive({ version: 1, group: 'g', paused: true });
  expect([changed.aborted, settings.changed.aborted]).toEqual([true, false]);
});
