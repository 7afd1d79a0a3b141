/** What a document would change, setting by setting. Pure. */
import { FLEET_SETTING_NAMES, type FleetSettingName, type FleetSettings } from '@fleetmeter/proto';
import type { Ring } from '../control/settings-rollout.ts';

export interface SettingChange {
  setting: FleetSettingName;
  /** Undefined: not set. */
  from: unknown;
  to: unknown;
}

export function settingChanges(from: FleetSettings, to: FleetSettings): SettingChange[] {
  return FLEET_SETTING_NAMES.filter((name) => JSON.stringify(from[name]) !== JSON.stringify(to[name])).map(
    (setting) => ({ setting, from: from[setting], to: to[setting] }),
  );
}

export function changeLine({ setting, from, to }: SettingChange): string {
  return `  ${setting.padEnd(Math.max(...FLEET_SETTING_NAMES.map(({ length }) => length)))}  ${said(from)} -> ${said(to)}`;
}

/** `1 % at once, 10 % after 60 min, 100 % after 1440 min` */
export function ringsText(rings: readonly Ring[]): string {
  return rings
    .map(
      ({ percent, afterMinutes }) =>
        `${percent} % ${afterMinutes === 0 ? 'at once' : `after ${afterMinutes} min`}`,
    )
    .join(', ');
}

function said(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}
