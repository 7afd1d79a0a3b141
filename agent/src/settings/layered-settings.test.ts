import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FLEET_SETTING_NAMES, type FleetSettings } from '@fleetmeter/proto';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import type { SettingName } from '../config/schema.ts';
import { FolderLimits } from '../watch/folder-limits.ts';
import { isWithin } from '../watch/is-within.ts';
import type { Ceiling } from './ceiling.ts';
import { layeredSettings } from './layered-settings.ts';

const folderOfTest = mkdtempSync(join(tmpdir(), 'fleetmeter-layers-'));
afterAll(() => rmSync(folderOfTest, { recursive: true }));
const EMPTY_FILE = join(folderOfTest, 'agent.json');
writeFileSync(EMPTY_FILE, '{}');
const NOTHING_SET = loadConfig({ config: EMPTY_FILE }, {});
const locally = (values: object) => ({
  config: { ...NOTHING_SET.config, ...values },
  explicit: new Set(Object.keys(values)) as ReadonlySet<SettingName>,
});
const layered = (collector: FleetSettings, ceiling: Ceiling = {}, local: object = {}) =>
  layeredSettings(locally(local), collector, ceiling);

test('a default gives way to the collector, that to the device, and each says where it comes from', () => {
  expect(layered({}).reportIntervalSeconds).toEqual({ value: 3600, origin: 'default' });
  expect(layered({ reportIntervalSeconds: 60 }).reportIntervalSeconds).toEqual({
    value: 60,
    origin: 'collector',
  });
  const local = { reportIntervalSeconds: 5, meterUsage: true };
  const settings = layered({ reportIntervalSeconds: 60, meterUsage: false }, {}, local);
  expect(settings.reportIntervalSeconds).toEqual({ value: 5, origin: 'device' });
  expect(settings.meterUsage).toEqual({ value: true, origin: 'device' });
});

test('on battery it is four times the interval, unless somebody says otherwise', () => {
  const sparing = (...given: Parameters<typeof layered>) => layered(...given).sparingReportIntervalSeconds;
  expect(sparing({})).toEqual({ value: 14_400, origin: 'default' });
  expect(sparing({ reportIntervalSeconds: 60 }).value).toBe(240);
  expect(sparing({ reportIntervalSeconds: 80_000 }).value).toBe(86_400);
  expect(sparing({ sparingReportIntervalSeconds: 900 })).toEqual({ value: 900, origin: 'collector' });
});

test('who sets the roots on the device has set all of them, and excluded folders add up', () => {
  const collector = { additionalRoots: ['/data'], excludedFolders: ['/opt/a'] };
  expect(layered(collector).additionalRoots).toEqual({ value: ['/data'], origin: 'collector' });
  expect(layered(collector, {}, { roots: ['/opt'] }).additionalRoots).toEqual({
    value: [],
    origin: 'device',
  });
  const { excludedFolders } = layered(collector, { excludedFolders: ['/c'] }, { excludedFolders: ['/b'] });
  expect(excludedFolders).toEqual({ value: ['/b', '/opt/a', '/c'], origin: 'ceiling' });
});

test('the ceiling says no more than it has to: what is below it keeps its origin', () => {
  const ceiling: Ceiling = {
    meterUsage: true,
    homeFolders: false,
    sampleIntervalSeconds: 10,
    roots: ['/usr'],
  };
  const settings = layered({ sampleIntervalSeconds: 30, additionalRoots: ['/usr/x'] }, ceiling);
  expect(settings.meterUsage).toEqual({ value: true, origin: 'default' });
  expect(settings.homeFolders).toEqual({ value: false, origin: 'ceiling' });
  expect(settings.sampleIntervalSeconds).toEqual({ value: 30, origin: 'collector' });
  expect(settings.additionalRoots).toEqual({ value: ['/usr/x'], origin: 'collector' });
});

const folder = fc
  .array(fc.constantFrom('usr', 'opt', 'home', 'a', 'b'), { minLength: 1, maxLength: 3 })
  .map((parts) => `/${parts.join('/')}`);
const folders = fc.array(folder, { maxLength: 4 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const collectorSettings = fc
  .record({
    reportIntervalSeconds: maybe(fc.integer({ min: 1, max: 86_400 })),
    sampleIntervalSeconds: maybe(fc.integer({ min: 1, max: 300 })),
    additionalRoots: maybe(folders),
    excludedFolders: maybe(folders),
    homeFolders: maybe(fc.boolean()),
    meterUsage: maybe(fc.boolean()),
    tellUsersApart: maybe(fc.boolean()),
    concurrentLicences: maybe(fc.array(fc.constantFrom('draw', '/opt/draw'), { maxLength: 2 })),
  })
  .map((settings) => JSON.parse(JSON.stringify(settings)) as FleetSettings);
const ceilings = fc
  .record({
    meterUsage: maybe(fc.boolean()),
    tellUsersApart: maybe(fc.boolean()),
    homeFolders: maybe(fc.boolean()),
    tellTimesOfDay: maybe(fc.boolean()),
    roots: maybe(folders),
    excludedFolders: maybe(folders),
    sampleIntervalSeconds: maybe(fc.integer({ min: 1, max: 300 })),
  })
  .map((ceiling) => JSON.parse(JSON.stringify(ceiling)) as Ceiling);

test('nothing that a collector sets, and nothing set on the device, exceeds the ceiling', () => {
  fc.assert(
    fc.property(collectorSettings, collectorSettings, ceilings, folder, (collector, local, ceiling, path) => {
      const settings = layered(collector, ceiling, local);
      expect(Object.keys(settings).sort()).toEqual([...FLEET_SETTING_NAMES].sort());
      for (const name of ['meterUsage', 'tellUsersApart', 'homeFolders'] as const)
        if (ceiling[name] === false) expect([name, settings[name].value]).toEqual([name, false]);
      if (ceiling.tellTimesOfDay === false) expect(settings.concurrentLicences.value).toEqual([]);
      expect(settings.sampleIntervalSeconds.value).toBeGreaterThanOrEqual(ceiling.sampleIntervalSeconds ?? 0);
      // As finding and metering ask about every path.
      const limits = new FolderLimits({
        excluded: settings.excludedFolders.value,
        atMost: ceiling.roots,
      });
      const isForbidden =
        (ceiling.excludedFolders ?? []).some((each) => isWithin(path, each)) ||
        (ceiling.roots !== undefined && !ceiling.roots.some((each) => isWithin(path, each)));
      if (isForbidden) expect(limits.forbids(path)).toBe(true);
      for (const root of settings.additionalRoots.value)
        for (const part of limits.allowedPartsOf(root)) {
          expect(ceiling.roots?.some((each) => isWithin(part, each)) ?? true).toBe(true);
          expect((ceiling.excludedFolders ?? []).some((each) => isWithin(part, each))).toBe(false);
        }
    }),
    { numRuns: 2000 },
  );
});
