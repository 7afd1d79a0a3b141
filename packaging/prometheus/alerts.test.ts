/** The alarms: each asks for metrics that exist, has its page of what to do, and was tried by Prometheus' own tool. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const rules = read('./fleetmeter-alerts.yml');
const TRIALS = ['fleetmeter-alerts.test.yml', 'days-old.test.yml'];
const trials = TRIALS.map((file) => read(`./${file}`)).join('');
const runbooks = read('../../docs/alerts.md');
const metricsPage = read('../../docs/metrics.md');

const found = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, name]) => name as string);
const alarms = found(rules, /^ {6}- alert: (\w+)$/gm);
const documented = new Set(found(metricsPage, /^\| `(fleetmeter_[a-z0-9_]+)` \|/gm));

test('every metric that a rule or a trial names is one that the collector has', () => {
  for (const text of [rules, trials]) {
    const named = found(text, /\b(fleetmeter_[a-z0-9_]+)/g).map((name) =>
      documented.has(name) ? name : name.replace(/_(bucket|count|sum)$/, ''),
    );
    expect(named.length).toBeGreaterThan(30);
    for (const name of named) expect([name, documented.has(name)]).toEqual([name, true]);
  }
});

test('the page of metrics sends people to alarms that exist', () => {
  const named = found(metricsPage, /\bAlarms? ([A-Z]\w+(?: and [A-Z]\w+)?)/g).flatMap((names) =>
    names.split(' and '),
  );
  expect(named.length).toBeGreaterThan(15);
  for (const name of named) expect([name, alarms.includes(name)]).toEqual([name, true]);
});

test('every alarm has its page, with how bad it is, and no page is without an alarm', () => {
  expect(found(runbooks, /^### (\w+)$/gm).sort()).toEqual(alarms.toSorted());
});

describe.each(alarms)('%s', (alarm) => {
  const rule = rules.split('- alert: ').find((part) => part.startsWith(`${alarm}\n`)) ?? '';
  test('says how bad it is, in one line what happened, and where to read on', () => {
    const severity = /severity: (critical|warning) \}/.exec(rule)?.[1] ?? '';
    const page = runbooks.split(/^### /m).find((part) => part.startsWith(`${alarm}\n`)) ?? '';
    expect(page.toLowerCase()).toMatch(new RegExp(`^${alarm.toLowerCase()}\n\n${severity}\\.`));
    expect(rule).toMatch(/summary: \S/);
    expect(rule).toContain(`runbook: docs/alerts.md#${alarm.toLowerCase()}\n`);
  });

  test('is tried once rising and once staying quiet', () => {
    expect(trials).toContain(`- name: ${alarm} rises\n`);
    expect(trials).toContain(`- name: ${alarm} stays quiet\n`);
  });
});

const hasTool = spawnSync('promtool', ['--version']).status === 0;
if (!hasTool)
  console.warn(
    'Skipped: trying the alarms. Install what it needs with: apt-get install -y --no-install-recommends prometheus',
  );
test.runIf(process.env.CI === 'true')('CI has promtool', () => expect(hasTool).toBe(true));

test.runIf(hasTool)('promtool finds the rules right and every trial as expected', () => {
  for (const [command, files] of [
    ['check', ['fleetmeter-alerts.yml']],
    ['test', TRIALS],
  ] as const) {
    const told = spawnSync('promtool', [command, 'rules', ...files], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });
    expect(told.stdout + told.stderr).toContain('SUCCESS');
    expect(told.status).toBe(0);
  }
});
