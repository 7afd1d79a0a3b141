/** The settings in `status` for people: each with where it comes from. */
import type { SettingsStatus } from '../settings/effective-settings.ts';

/** Of an agent that wrote its status before there were settings: nothing. */
export function settingsLines(settings: SettingsStatus | undefined): [string, string][] {
  if (!settings) return [];
  const { ceiling, on_battery, paused_until, version, group } = settings;
  const origins = {
    default: 'default',
    collector: `collector, group ${group}, version ${version}`,
    device: 'this device',
    ceiling: 'ceiling of this device',
  };
  const values = Object.entries(settings.values).map(([name, { value, origin }]): [string, string] => [
    'setting',
    `${name} ${shown(value)} (${origins[origin]})`,
  ]);
  return [
    ...(paused_until
      ? [
          ['paused', `by the collector until it says otherwise; without contact until ${paused_until}`] as [
            string,
            string,
          ],
        ]
      : []),
    [
      'settings',
      version === 0 ? 'none of the collector' : `version ${version} of the collector, group ${group}`,
    ],
    ...values,
    ['ceiling', `${ceilingText(ceiling.says)} (${ceiling.file})`],
    ['power', `${on_battery ? 'battery' : 'not on battery'}; metered links are not recognised`],
  ];
}

function ceilingText(says: object): string {
  const each = Object.entries(says).map(([name, value]) => `${name} ${shown(value)}`);
  return each.length === 0 ? 'none' : each.join(', ');
}

function shown(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  return value.length === 0 ? 'none' : value.join(' ');
}
