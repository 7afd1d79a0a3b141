/** What a collector may set, within bounds. Pure. */
import type { SettingsFields } from '@fleetmeter/proto';

export interface CollectorSettings {
  version: number;
  reportIntervalSeconds?: number;
  sampleIntervalSeconds?: number;
}

/** No collector can make an agent busier, or quieter, than this. */
export const SETTING_BOUNDS = {
  reportIntervalSeconds: { least: 1, most: 86_400 },
  sampleIntervalSeconds: { least: 1, most: 300 },
} as const;

/** Values out of bounds are brought to the bound; absent ones stay the agent's own. */
export function boundedSettings(settings: SettingsFields): CollectorSettings {
  return {
    version: settings.version ?? 0,
    ...bounded('reportIntervalSeconds', settings.reportIntervalSeconds),
    ...bounded('sampleIntervalSeconds', settings.sampleIntervalSeconds),
  };
}

function bounded(name: keyof typeof SETTING_BOUNDS, value: number | null | undefined) {
  if (typeof value !== 'number') return {};
  const { least, most } = SETTING_BOUNDS[name];
  return { [name]: Math.min(Math.max(value, least), most) };
}
