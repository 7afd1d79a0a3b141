/**
 * The layers of the settings, lowest first: built-in default, collector, device, and over all of them the ceiling, which
 * only ever lets through less. Pure.
 */
import { FLEET_SETTING_NAMES, type FleetSettingName, type FleetSettings } from '@fleetmeter/proto';
import type { LoadedConfig } from '../config/load-config.ts';
import { isWithin } from '../watch/is-within.ts';
import type { Ceiling } from './ceiling.ts';

export type Origin = 'default' | 'collector' | 'device' | 'ceiling';
export type SettingValues = Required<FleetSettings>;
export type LayeredSettings = {
  [Name in FleetSettingName]: { value: SettingValues[Name]; origin: Origin };
};

/** On battery, when nobody says otherwise: an hour becomes four. */
const SPARING_FACTOR = 4;
const LONGEST_INTERVAL_SECONDS = 86_400;

export function layeredSettings(
  local: LoadedConfig,
  collector: FleetSettings,
  ceiling: Ceiling,
): LayeredSettings {
  const layered = {} as Record<FleetSettingName, { value: unknown; origin: Origin }>;
  for (const name of FLEET_SETTING_NAMES) layered[name] = withoutCeiling(name, local, collector);
  const settings = layered as LayeredSettings;
  withExcludedFoldersOfAll(settings, local, collector);
  sparingDefault(settings);
  lower(settings, ceiling);
  return settings;
}

function withoutCeiling(
  name: FleetSettingName,
  { config, explicit }: LoadedConfig,
  collector: FleetSettings,
) {
  // Who names the roots of a device has named all of them.
  const isLocal = explicit.has(name) || (name === 'additionalRoots' && explicit.has('roots'));
  if (isLocal) return { value: config[name], origin: 'device' as const };
  const value = collector[name];
  return value === undefined
    ? { value: config[name], origin: 'default' as const }
    : { value, origin: 'collector' as const };
}

/** Each side may keep the agent off more, none may take back what another one excluded. */
function withExcludedFoldersOfAll(
  { excludedFolders }: LayeredSettings,
  { config }: LoadedConfig,
  collector: FleetSettings,
): void {
  excludedFolders.value = [...new Set([...config.excludedFolders, ...(collector.excludedFolders ?? [])])];
}

function sparingDefault({ reportIntervalSeconds, sparingReportIntervalSeconds }: LayeredSettings): void {
  if (sparingReportIntervalSeconds.value !== undefined) return;
  sparingReportIntervalSeconds.value = Math.min(
    SPARING_FACTOR * reportIntervalSeconds.value,
    LONGEST_INTERVAL_SECONDS,
  );
}

function lower(settings: LayeredSettings, ceiling: Ceiling): void {
  const set = <Name extends FleetSettingName>(name: Name, value: SettingValues[Name]): void => {
    if (JSON.stringify(settings[name].value) === JSON.stringify(value)) return;
    settings[name] = { value, origin: 'ceiling' } as LayeredSettings[Name];
  };
  for (const name of ['meterUsage', 'tellUsersApart', 'homeFolders'] as const)
    if (ceiling[name] === false) set(name, false);
  if (ceiling.tellTimesOfDay === false) set('concurrentLicences', []);
  const { roots, excludedFolders = [], sampleIntervalSeconds = 0 } = ceiling;
  if (roots)
    set(
      'additionalRoots',
      settings.additionalRoots.value.filter((folder) =>
        roots.some((root) => isWithin(folder, root) || isWithin(root, folder)),
      ),
    );
  set('excludedFolders', [...new Set([...settings.excludedFolders.value, ...excludedFolders])]);
  set('sampleIntervalSeconds', Math.max(settings.sampleIntervalSeconds.value, sampleIntervalSeconds));
}
