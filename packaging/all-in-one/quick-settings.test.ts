import { expect, test } from 'vitest';
import { agentEnvironment, collectorEnvironment } from './quick-settings.ts';

const places = { dataFolder: '/data', adminPort: 1, agentPort: 2, sqlPort: 3 };
const noFile = { path: undefined, values: {} };

test('together the programs have seconds where production has hours', () => {
  expect(agentEnvironment({}, noFile, places)).toMatchObject({
    FLEETMETER_REPORT_INTERVAL_SECONDS: '2',
    FLEETMETER_SETTLE_MS: '500',
  });
  expect(collectorEnvironment({}, noFile, places)).toMatchObject({
    FLEETMETER_RECOMPUTE_INTERVAL_SECONDS: '1',
  });
});

test('both look in the same places, whatever the environment says of them', () => {
  for (const environment of [agentEnvironment, collectorEnvironment])
    expect(environment({ FLEETMETER_SQL_PORT: '99', PATH: '/bin' }, noFile, places)).toMatchObject({
      FLEETMETER_DATA_DIR: '/data',
      FLEETMETER_ADMIN_PORT: '1',
      FLEETMETER_AGENT_PORT: '2',
      FLEETMETER_SQL_PORT: '3',
      PATH: '/bin',
    });
  expect(agentEnvironment({}, noFile, places).FLEETMETER_COLLECTOR_URL).toBe('https://127.0.0.1:2');
});

test('the environment wins over the quick settings', () => {
  const environment = agentEnvironment({ FLEETMETER_REPORT_INTERVAL_SECONDS: '60' }, noFile, places);
  expect(environment.FLEETMETER_REPORT_INTERVAL_SECONDS).toBe('60');
});

test('a config file wins over the quick settings, and each program is given its own', () => {
  const file = { path: '/data/agent.json', values: { reportIntervalSeconds: 60 } };
  const environment = agentEnvironment({ FLEETMETER_CONFIG: '/other.json' }, file, places);
  expect(environment).not.toHaveProperty('FLEETMETER_REPORT_INTERVAL_SECONDS');
  expect(environment).toMatchObject({ FLEETMETER_CONFIG: '/data/agent.json', FLEETMETER_SETTLE_MS: '500' });
  expect(collectorEnvironment({ FLEETMETER_CONFIG: '/other.json' }, noFile, places)).not.toHaveProperty(
    'FLEETMETER_CONFIG',
  );
});
