import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from './load-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
function configFile(content: string): string {
  const path = join(folder, 'agent.json');
  writeFileSync(path, content);
  return path;
}

test('a flag wins over the environment, that over the file, that over the default', () => {
  const config = configFile('{"reportIntervalSeconds": 30, "sampleIntervalSeconds": 7, "settleMs": 9}');
  const environment = { FLEETMETER_REPORT_INTERVAL_SECONDS: '20', FLEETMETER_SAMPLE_INTERVAL_SECONDS: '6' };
  const loaded = loadConfig({ config, reportIntervalSeconds: '10' }, environment);
  expect(loaded.config).toMatchObject({
    reportIntervalSeconds: 10,
    sampleIntervalSeconds: 6,
    settleMs: 9,
    usageFlushSeconds: 30,
    dataDir: '/var/lib/fleetmeter',
  });
  expect([...loaded.explicit].sort()).toEqual(['reportIntervalSeconds', 'sampleIntervalSeconds', 'settleMs']);
  expect(Object.isFrozen(loaded.config)).toBe(true);
});

test('the port of the default collector can be changed alone', () => {
  const config = configFile('{}');
  expect(loadConfig({ config }, { FLEETMETER_AGENT_PORT: '9000' }).config.collectorUrl).toBe(
    'http://127.0.0.1:9000',
  );
  expect(
    loadConfig({ config, collectorUrl: 'https://x.example/f/' }, { FLEETMETER_AGENT_PORT: '9' }).config
      .collectorUrl,
  ).toBe('https://x.example/f');
  expect(() => loadConfig({ config }, { FLEETMETER_AGENT_PORT: '70000' })).toThrow(/must be a port/);
});

test('folders come as a list or separated by colons', () => {
  const config = configFile('{"roots": ["/a", "/b"]}');
  expect(loadConfig({ config }, {}).config.roots).toEqual(['/a', '/b']);
  expect(loadConfig({ config, roots: '/c:/d' }, {}).config.roots).toEqual(['/c', '/d']);
});

test('a proxy of its own beats the one of the environment, which is read as other programs read it', () => {
  const config = configFile('{"proxyUrl": "http://me:secret@own.example:3128"}');
  const empty = join(folder, 'empty.json');
  writeFileSync(empty, '{}');
  const environment = { HTTPS_PROXY: 'usual.example:8080', NO_PROXY: 'a.example' };
  const read = (from: string, more: NodeJS.ProcessEnv = {}) =>
    loadConfig({ config: from }, { ...environment, ...more }).config;
  expect(read(config).proxyUrl).toBe('http://me:secret@own.example:3128');
  expect(read(empty)).toMatchObject({ proxyUrl: 'http://usual.example:8080', proxyExceptions: 'a.example' });
  expect(read(empty, { https_proxy: 'http://[2001:db8::1]:3128/' }).proxyUrl).toBe(
    'http://[2001:db8::1]:3128',
  );
  expect(read(empty, { FLEETMETER_PROXY_URL: 'none' }).proxyUrl).toBeUndefined();
  expect(read(empty, { FLEETMETER_PROXY_EXCEPTIONS: 'b.example' }).proxyExceptions).toBe('b.example');
  expect(loadConfig({ config: empty }, {}).config).toMatchObject({
    proxyUrl: undefined,
    proxyExceptions: '',
  });
});

test('a proxy that cannot be used is refused by the name it was given under, without its password', () => {
  const config = configFile('{}');
  const message = (environment: NodeJS.ProcessEnv): string => {
    try {
      loadConfig({ config }, environment);
    } catch (error) {
      return (error as Error).message;
    }
    return 'accepted';
  };
  expect(message({ HTTPS_PROXY: 'socks5://me:secret@p.example' })).toBe(
    'HTTPS_PROXY must be the address of an http or https proxy, or none, not "socks5://***@p.example"',
  );
  expect(message({ FLEETMETER_PROXY_URL: 'http://me:secret@p.example/path' })).not.toContain('secret');
});

test.each([
  ['{"reportIntervalSecond": 1}', /unknown settings: reportIntervalSecond\. Known are: dataDir/],
  ['{"reportIntervalSeconds": 0}', /reportIntervalSeconds in .* must be a number from 1 to 86400, not 0/],
  ['{"collectorUrl": "ftp://x"}', /must be an http or https address/],
  ['{"roots": ["relative"]}', /must be absolute folders/],
  ['[]', /must hold one JSON object/],
  ['{', /is not JSON/],
])('%s is refused in one line', (content, message) => {
  const config = configFile(content);
  expect(() => loadConfig({ config }, {})).toThrow(message);
  try {
    loadConfig({ config }, {});
  } catch (error) {
    expect((error as Error).message).not.toContain('\n');
  }
});

test('a config file that was asked for must be there', () => {
  expect(() => loadConfig({ config: join(folder, 'absent.json') }, {})).toThrow(
    /cannot read the config file/,
  );
});
