/** docs/metrics.md against a collector that runs: both name the same metrics, and names keep their rules. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Collector, startCollector } from '../../collector/src/collector.ts';
import { loadConfig } from '../../collector/src/config/load-config.ts';
import { freePort } from '../fakes/free-port.ts';
import { joinSecret } from '../fakes/join-secret.ts';
import { Fleet } from '../load/fleet.ts';

const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
const refusals = readFileSync(new URL('../../docs/refusals.md', import.meta.url), 'utf8');

/** Cells of the rows of the table below a heading. */
function rowsBelow(heading: string): string[][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

interface Documented {
  type: string;
  labels: string[];
  unit: string;
  meaning: string;
}

const words = (cell: string | undefined): string[] =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, word]) => word as string);
const documented = new Map(
  rowsBelow('All of them').map(([name, type = '', labels, unit = '', meaning = '']): [string, Documented] => [
    words(name)[0] as string,
    { type, labels: words(labels), unit, meaning },
  ]),
);
const valuesOf = new Map(
  rowsBelow('Values of labels').flatMap(([names, values]) =>
    words(names).map((name): [string, string[]] => [name, words(values)]),
  ),
);
const codes = new Set([...refusals.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code));

/** The simulated fleet speaks none. */
const ONLY_WITH_TLS = 'fleetmeter_receive_certificate_expires_seconds';

let folder: string;
let collector: Collector;
let scrape: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-metrics-'));
  const secret = joinSecret(folder);
  const [adminPort, agentPort, sqlPort] = [await freePort(), await freePort(), await freePort()];
  const flags = {
    dataDir: folder,
    adminPort: `${adminPort}`,
    agentPort: `${agentPort}`,
    sqlPort: `${sqlPort}`,
  };
  const settings = { ...flags, agentTls: 'off', processLingerMs: '100', recomputeIntervalSeconds: '1' };
  const config = loadConfig({ flags: settings, environment: {}, readFile: () => undefined });
  collector = await startCollector(config, pino({ level: 'silent' }));
  const fleet = new Fleet(`http://127.0.0.1:${agentPort}`, {
    ...{ seed: 1, devices: 3, executables: 50, firstDay: Math.floor(Date.now() / 86_400_000) - 1 },
    ...{ meterHour: 8, connections: 2, joinSecret: secret },
  });
  await fleet.enrol([0, 1, 2]);
  await fleet.report([0, 1, 2], 8);
  await fleet.report([0, 1, 2], 12);
  await fleet.close();
  await fetch(`http://127.0.0.1:${agentPort}/v1/report`, { method: 'POST', body: 'no envelope' });
  const derived = async () =>
    (await collector.metricsText()).includes('derive_seconds_count{kind="usage-day"}');
  await vi.waitUntil(derived, { timeout: 60_000, interval: 200 });
  scrape = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
});
afterAll(async () => {
  await collector?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** name -> [type, help] */
function scraped(): Map<string, { type: string; help: string }> {
  const found = new Map<string, { type: string; help: string }>();
  for (const [, name, help] of scrape.matchAll(/^# HELP (\S+) (.*)$/gm))
    found.set(name as string, { type: '', help: help as string });
  for (const [, name, type] of scrape.matchAll(/^# TYPE (\S+) (.*)$/gm))
    found.set(name as string, { help: found.get(name as string)?.help ?? '', type: type as string });
  return found;
}

test('a scrape and the page name the same metrics, with the same type and meaning', () => {
  const there = scraped();
  expect(there.size).toBeGreaterThan(60);
  const told = new Map([...documented].map(([name, { type, meaning }]) => [name, { type, help: meaning }]));
  there.set(ONLY_WITH_TLS, told.get(ONLY_WITH_TLS) as never);
  const missing = [...there].filter(([name]) => !told.has(name));
  for (const [name, { type, help }] of missing)
    console.log(`add to docs/metrics.md: | \`${name}\` | ${type} | | | ${help} | |`);
  expect([...told.keys()].sort()).toEqual([...there.keys()].sort());
  for (const [name, { type, help }] of there) expect([name, told.get(name)]).toEqual([name, { type, help }]);
});

test('labels are the ones that the page says', () => {
  for (const [, name = '', inside = ''] of scrape.matchAll(/^(fleetmeter_[a-z0-9_]+)\{([^}]*)\}/gm)) {
    const family = documented.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
    const labels = [...inside.matchAll(/([a-z]+)="/g)]
      .map(([, label]) => label)
      .filter((label) => label !== 'le');
    expect([name, [...(documented.get(family)?.labels ?? [])].sort()]).toEqual([name, labels.sort()]);
  }
});

test('every value of a label is in its closed list', () => {
  let seen = 0;
  for (const [, inside = ''] of scrape.matchAll(/^fleetmeter_[a-z0-9_]+\{([^}]*)\}/gm)) {
    for (const [, label = '', value = ''] of inside.matchAll(/([a-z]+)="([^"]*)"/g)) {
      // Of histograms.
      if (label === 'le') continue;
      seen++;
      const known = valuesOf.get(label);
      expect([label, known !== undefined]).toEqual([label, true]);
      if (label === 'code' || label === 'reason') expect(codes).toContain(value);
      else if (label === 'table') expect(value).toMatch(/^[a-z_]+$/);
      else if (/^(version|major|minor|patch)$/.test(label)) expect(value).toMatch(/^v?[0-9.]+$/);
      else expect(known).toContain(value);
    }
  }
  expect(seen).toBeGreaterThan(50);
});

describe.each([...documented])('%s', (name, { type, unit, meaning }) => {
  test('keeps the rules for names', () => {
    expect(name).toMatch(/^fleetmeter(_[a-z][a-z0-9]*)+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    const base = name.replace(/_total$/, '');
    expect(base).not.toMatch(/_(ms|milliseconds|minutes|hours|kib|mib|kb|mb|percent)$/);
    const wanted = /_(seconds|bytes)$/.exec(base)?.[1] ?? unit;
    expect(unit).toBe(wanted);
    expect(['seconds', 'bytes', 'number', '0 or 1']).toContain(unit);
    expect(meaning).toMatch(/^[A-Z0-9].{9,}[^.]$|^[A-Z].*\.$/);
  });
});
