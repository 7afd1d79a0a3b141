import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HELP, PORTS, readStartOptions } from './start-options.ts';

test('without anything: the known ports, and data below the repository', () => {
  expect(readStartOptions([], {}, '/repo')).toEqual({
    dataFolder: '/repo/.fleetmeter',
    adminPort: 8710,
    agentPort: 8711,
    sqlPort: 8123,
    json: false,
  });
});

test('a flag wins over the environment, the environment over the default', () => {
  const environment = { FLEETMETER_SQL_PORT: '9123', FLEETMETER_DATA_DIR: '/from/environment' };
  const options = readStartOptions(['--data-dir', '/from/flag'], environment, '/repo');
  expect(options).toMatchObject({ dataFolder: '/from/flag', sqlPort: 9123, adminPort: 8710 });
});

test('a config file in the data folder names ports too, below flag and environment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-options-'));
  const read = (args: string[] = []) =>
    readStartOptions(['--data-dir', folder, ...args], { FLEETMETER_AGENT_PORT: '4002' }, '/repo');
  writeFileSync(join(folder, 'collector.json'), '{"adminPort": 5001, "agentPort": 5002, "sqlPort": 5003}');
  expect(read(['--sql-port', '3003'])).toMatchObject({ adminPort: 5001, agentPort: 4002, sqlPort: 3003 });
  writeFileSync(join(folder, 'collector.json'), '{');
  expect(() => read()).toThrow(/cannot use .*collector\.json/);
  rmSync(folder, { recursive: true });
});

test.each([
  [['--sql-port', '0'], /--sql-port \(FLEETMETER_SQL_PORT\) must be a port/],
  [['--sql-port', '70000'], /must be a port/],
  [['--admin-port', 'eighty'], /must be a port/],
  [['--admin-port', '8711'], /must differ/],
  [['--no-such-flag'], /no-such-flag.*--help/],
])('%j is refused in one line', (args, message) => {
  expect(() => readStartOptions(args, {}, '/repo')).toThrow(message);
  try {
    readStartOptions(args, {}, '/repo');
  } catch (error) {
    expect((error as Error).message).not.toContain('\n');
  }
});

test('help wins over everything else and names every setting', () => {
  expect(readStartOptions(['--help', '--sql-port', 'x'], {}, '/repo')).toBeUndefined();
  for (const { flag, variable, usual } of PORTS)
    for (const part of [flag, variable, String(usual)]) expect(HELP).toContain(part);
});
