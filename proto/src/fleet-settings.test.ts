import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FLEET_SETTING_NAMES, FLEET_SETTINGS, fleetSettingFault, fleetSettingsOf } from './fleet-settings.ts';

const schema = readFileSync(new URL('../fleetmeter/v1/settings.proto', import.meta.url), 'utf8');

test('the table has the fields of the message, but for what names and pauses a set', () => {
  const fields = [...schema.matchAll(/^ {2}(?:optional |repeated )?(\w+) (\w+) = \d+;/gm)].map(
    ([, type, name]) => [type, (name as string).replace(/_(\w)/g, (_, letter) => letter.toUpperCase())],
  );
  const settings = fields.filter(([, name]) => !['version', 'group', 'paused'].includes(name as string));
  const types = { 'whole number': 'uint32', folders: 'string', programs: 'string', 'true or false': 'bool' };
  expect(Object.fromEntries(settings.map(([type, name]) => [name, type]))).toEqual(
    Object.fromEntries(FLEET_SETTING_NAMES.map((name) => [name, types[FLEET_SETTINGS[name].kind]])),
  );
});

test.each([
  ['reportIntervalSeconds', 3600, undefined],
  ['reportIntervalSeconds', 0, 'must be a whole number from 1 to 86400'],
  ['reportIntervalSeconds', 1.5, 'must be a whole number from 1 to 86400'],
  ['reportIntervalSeconds', '60', 'must be a whole number from 1 to 86400'],
  ['hashMebibytesPerSecond', 0, undefined],
  ['meterUsage', false, undefined],
  ['meterUsage', 'no', 'must be true or false'],
  ['additionalRoots', ['/data', '/x/y z'], undefined],
  ['additionalRoots', '/data', 'must be a list of folders'],
  ['additionalRoots', Array(65).fill('/data'), 'must be at most 64 folders'],
  ['concurrentLicences', [], undefined],
  ['concurrentLicences', 'matlab', 'must be a list of programs'],
  ['concurrentLicences', Array(65).fill('matlab'), 'must be at most 64 programs'],
] as const)('%s may be %j: %s', (name, value, fault) => {
  expect(fleetSettingFault(name, value)).toBe(fault);
});

test.each(['/', 'data', '/data/', '//data', '/data/../etc', '/./x', '/a\0b', `/${'x'.repeat(1024)}`])(
  '%j is no folder that can be set',
  (folder) => {
    expect(fleetSettingFault('excludedFolders', [folder])).toMatch(/^must be absolute folders below \//);
  },
);

test.each([
  ...['matlab', 'Contoso Draw 3D', '@contoso/draw', '/opt/matlab/bin/matlab', '/opt/*/bin/matlab'],
  ...['c:/program files/contoso/*/draw.exe', '~/.local/bin/draw', '~/…/draw', '/snap/draw/*/bin/draw'],
])('%j is a program that can be listed', (program) => {
  expect(fleetSettingFault('concurrentLicences', [program])).toBeUndefined();
});

test.each([
  ...[
    '',
    ' ',
    '*',
    'matlab*',
    '/',
    '/opt/matlab/',
    '/opt/matlab/*',
    '/usr/bin/*',
    '/opt/mat*/bin/matlab',
    '~',
  ],
  ...[
    '/opt/../bin/x',
    '/opt//x',
    'bin/matlab',
    'C:/x/draw.exe',
    '@contoso/',
    '/a\0b',
    'a\nb',
    ' draw',
    7,
    null,
  ],
  `/${'x'.repeat(1024)}`,
])('%j names no single program or package, so it cannot be listed', (program) => {
  expect(fleetSettingFault('concurrentLicences', [program])).toMatch(/^must be names of packages, or whole /);
});

test('what is not in a message is not set, and false and zero are', () => {
  const message = { version: 3, meterUsage: false, hashMebibytesPerSecond: 0, additionalRoots: [] };
  expect(fleetSettingsOf(message)).toEqual({ meterUsage: false, hashMebibytesPerSecond: 0 });
});
