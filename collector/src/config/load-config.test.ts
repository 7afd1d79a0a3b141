import { expect, test } from 'vitest';
import { ConfigError, DEFAULT_CONFIG_FILE, loadConfig } from './load-config.ts';
import { environmentName, flagName, SETTINGS } from './schema.ts';

const load = (
  flags: Record<string, string> = {},
  environment: Record<string, string> = {},
  files: Record<string, string> = {},
) => loadConfig({ flags, environment, readFile: (path) => files[path] });

test('without any source the defaults hold', () => {
  expect(load()).toMatchObject({
    dataDir: '/var/lib/fleetmeter',
    collectorDir: '/var/lib/fleetmeter/collector',
    engineDir: '/var/lib/fleetmeter/engine',
    adminPort: 8710,
    agentPort: 8711,
    sqlPort: 8123,
    processLingerMs: 2_000,
    recomputeIntervalSeconds: 60,
    recomputeTimePercent: 3,
    clickhouseUrl: undefined,
  });
});

test('a flag beats the environment, which beats the file, which beats the default', () => {
  const file = { [DEFAULT_CONFIG_FILE]: '{"agentPort": 3, "sqlPort": 3, "adminPort": 3}' };
  const config = load({ agentPort: '1' }, { FLEETMETER_AGENT_PORT: '2', FLEETMETER_SQL_PORT: '2' }, file);
  expect([config.agentPort, config.sqlPort, config.adminPort]).toEqual([1, 2, 3]);
});

test('the file named by the flag is read rather than the one named by the environment', () => {
  const files = { '/a.json': '{"adminPort": 1}', '/b.json': '{"adminPort": 2}' };
  expect(load({}, { FLEETMETER_CONFIG: '/b.json' }, files).adminPort).toBe(2);
  expect(load({ config: '/a.json' }, { FLEETMETER_CONFIG: '/b.json' }, files).adminPort).toBe(1);
});

test.each([
  [{ adminPort: '70000' }, {}, {}, '--admin-port must be 0 to 65535'],
  [{}, { FLEETMETER_SQL_PORT: 'x' }, {}, 'FLEETMETER_SQL_PORT must be a whole number'],
  [{ agentHost: 'example.com' }, {}, {}, '--agent-host must be an IP address'],
  [{ agentHost: '0.0.0.0', agentTls: 'off' }, {}, {}, 'agentTls off needs a loopback agentHost'],
  [{ tlsCertFile: 'a.pem' }, {}, {}, 'set all three or none'],
  [{ clickhouseUrl: 'http://me:secret@host/' }, {}, {}, 'must not hold credentials'],
  [{ config: '/none.json' }, {}, {}, 'the config file /none.json does not exist'],
  [{ config: '/a.json' }, {}, { '/a.json': '{"adminPrt": 1}' }, 'sets "adminPrt", which is unknown'],
  [{ config: '/a.json' }, {}, { '/a.json': '{"adminPort": "1"}' }, 'adminPort in /a.json must be a number'],
  [{ config: '/a.json' }, {}, { '/a.json': '{' }, '/a.json is not JSON'],
  [{ config: '/a.json' }, {}, { '/a.json': '[]' }, 'must hold one JSON object'],
  [{ config: '/a.json' }, {}, { '/a.json': '{"__proto__": 1}' }, 'sets "__proto__", which is unknown'],
])('a mistake is one clear line: %j %j %j', (flags, environment, files, message) => {
  expect(() => load(flags as Record<string, string>, environment, files)).toThrow(ConfigError);
  expect(() => load(flags as Record<string, string>, environment, files)).toThrow(message);
});

test('the result is frozen', () => {
  expect(Object.isFrozen(load())).toBe(true);
});

test('every setting has a meaning, and a default that it would itself accept', () => {
  for (const [name, setting] of Object.entries(SETTINGS)) {
    expect(setting.meaning).toMatch(/^[A-Z].{10,}[^.]$/);
    if (setting.default !== undefined) expect(setting.parse(String(setting.default))).toBe(setting.default);
    expect(flagName(name)).toMatch(/^[a-z-]+$/);
    expect(environmentName(name)).toMatch(/^FLEETMETER_[A-Z_]+$/);
  }
});
