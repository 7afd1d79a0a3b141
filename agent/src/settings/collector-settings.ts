/** What a collector set, checked here as well: its bounds may be others than ours. Pure. */
import {
  FLEET_SETTING_NAMES,
  type FleetSettingName,
  type FleetSettings,
  fleetSettingFault,
  fleetSettingsOf,
  type SettingsFields,
} from '@fleetmeter/proto';

export interface RefusedSetting {
  setting: FleetSettingName;
  value: unknown;
  /** `must be ...` */
  why: string;
}

export interface CollectorSettings {
  /** 0: none. */
  version: number;
  group: string;
  paused: boolean;
  settings: FleetSettings;
  /** Values that are not used; what was in force before stays. */
  refused: RefusedSetting[];
}

export const NO_COLLECTOR_SETTINGS: CollectorSettings = {
  version: 0,
  group: '',
  paused: false,
  settings: {},
  refused: [],
};

/** A message is whole: what it does not set is not set any more. A value that cannot be is as it was before. */
export function acceptSettings(message: SettingsFields, before: CollectorSettings): CollectorSettings {
  const asked = fleetSettingsOf(message);
  const refused: RefusedSetting[] = [];
  const settings: Record<string, unknown> = {};
  for (const setting of FLEET_SETTING_NAMES) {
    if (!(setting in asked)) continue;
    const why = fleetSettingFault(setting, asked[setting]);
    if (why) refused.push({ setting, value: asked[setting], why });
    const value = why ? before.settings[setting] : asked[setting];
    if (value !== undefined) settings[setting] = value;
  }
  return {
    version: message.version ?? 0,
    group: (message.group ?? '').slice(0, 64),
    paused: message.paused ?? false,
    settings: settings as FleetSettings,
    refused,
  };
}
