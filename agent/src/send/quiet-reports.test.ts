/** Pause, from the collector's word to the reports: a real store, real HTTP, and a clock that the test moves. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeClock } from '../clock/fake-clock.ts';
import { loadConfig } from '../config/load-config.ts';
import { CeilingFile } from '../settings/ceiling.ts';
import { EffectiveSettings } from '../settings/effective-settings.ts';
import type { AgentStore } from '../store/agent-store.ts';
import { noSlots, setSlot } from '../usage/slots.ts';
import type { CourierParts } from './courier-parts.ts';
import { foundProgram, ReportingAgent } from './fixtures/reporting-agent.ts';
import { ScriptedCollector } from './fixtures/scripted-collector/scripted-collector.ts';

const DAY = 20_000;
const HOUR = 3_600_000;

let folder: string;
let collector: ScriptedCollector;
let settings: EffectiveSettings;
let agent: ReportingAgent;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-quiet-'));
  writeFileSync(join(folder, 'agent.json'), '{}');
  collector = new ScriptedCollector();
  const clock = new FakeClock(DAY);
  const bySettings = ({ facts }: AgentStore): Partial<CourierParts> => {
    settings = new EffectiveSettings({
      local: loadConfig({ config: join(folder, 'agent.json') }, {}),
      facts,
      ceiling: new CeilingFile(join(folder, 'ceiling.json')),
      wallMs: () => clock.now().wallMs,
      onBattery: () => false,
      log: { info: () => {}, warn: () => {} },
    });
    return {
      reportIntervalSeconds: () => settings.reportIntervalSeconds,
      onSettings: (received) => settings.receive(received),
      settingsVersion: () => settings.version,
      quiet: () => settings.paused,
    };
  };
  agent = new ReportingAgent(await collector.listen(), bySettings, clock);
});
afterEach(async () => {
  await agent.close();
  await collector.close();
  rmSync(folder, { recursive: true });
});

function meter(seconds: number): void {
  const slots = noSlots();
  setSlot(slots, 3);
  const launches = { user: 1, autostart: 0, service: 0, scheduler: 0, unknown: 0 };
  const [run, user, executableId] = ['ff'.repeat(8), 'ab'.repeat(8), 'cd'.repeat(8)];
  agent.store.usage.flush({
    usage: [{ day: DAY, run, executableId, user, seconds, launches, slots }],
    coverage: [{ day: DAY, run, seconds, unobservedSeconds: 0, interactiveSeconds: undefined }],
    live: [],
    mark: { bootId: 'boot', monotonicMs: 1, bootMs: 1, isResumable: true },
  });
}

/** Turns until this many more reports were acknowledged. */
async function acknowledged(more: number): Promise<Report[]> {
  const [enough, from] = [agent.courier.counts.acknowledged + more, collector.reports.length];
  for (let turn = 0; agent.courier.counts.acknowledged < enough; turn++) {
    if (turn > 50) throw new Error(JSON.stringify(agent.courier.counts));
    await agent.turn();
  }
  return collector.reports.slice(from);
}

const namesOf = (report: Report | undefined): string[] =>
  Object.entries(report ?? {})
    .filter(([, value]) => value !== null && value !== 0 && (value as Uint8Array).length !== 0)
    .map(([name]) => name)
    .sort();

test('a paused agent says that it is there, and nothing of what it knows; what was due comes afterwards', async () => {
  agent.inventory.found(foundProgram('/usr/bin/a'));
  await acknowledged(2);
  expect(collector.inventory.size).toBe(1);

  collector.settings = { version: 1, group: 'g', paused: true };
  await acknowledged(1);
  expect(settings.paused).toBe(true);
  agent.inventory.found(foundProgram('/usr/bin/b'));
  meter(100);
  const [first, second] = await acknowledged(2);
  for (const quiet of [first, second])
    expect(namesOf(quiet)).toEqual(
      [
        'collectorId',
        'composedAt',
        'deviceId',
        'digestBefore',
        'epoch',
        'previousHash',
        'sequence',
        'settingsVersion',
      ].sort(),
    );
  expect(((second?.composedAt ?? 0) - (first?.composedAt ?? 0)) / 3600).toBe(1);
  expect([collector.inventory.size, collector.usage.size, collector.coverage.size]).toEqual([1, 0, 0]);

  collector.settings = { version: 2, group: 'g' };
  await acknowledged(2);
  expect([collector.inventory.size, collector.usage.size, collector.coverage.size]).toEqual([2, 1, 1]);
  expect(collector.resyncs).toBe(0);
  expect(collector.reports.at(-1)?.settingsVersion).toBe(2);
});

test('a baseline that the collector asks for waits for the end of the pause, and is not asked for in a loop', async () => {
  agent.inventory.found(foundProgram('/usr/bin/a'));
  collector.settings = { version: 1, group: 'g', paused: true };
  await acknowledged(1);
  collector.extraDirectives = [
    {
      resync: { head: { sequence: 0 } },
      epoch: Buffer.from(collector.state.epoch, 'hex'),
      sequence: collector.state.head,
    },
  ];
  const before = agent.clock.ms;
  const quiet = await acknowledged(3);
  expect(quiet.every(({ inventory: change }) => !change)).toBe(true);
  expect(agent.clock.ms - before).toBeGreaterThan(2.5 * HOUR);
  collector.settings = { version: 2, group: 'g' };
  await acknowledged(1);
  collector.extraDirectives = [];
  expect((await acknowledged(1)).at(-1)?.inventory?.baseline).toBe(true);
});

test('without contact the pause ends after 24 hours, over restarts; the first contact renews it', async () => {
  await acknowledged(1);
  collector.settings = { version: 1, group: 'g', paused: true };
  await acknowledged(1);
  const toldMs = (agent.store.facts.read('pause')?.toldAtMs ?? 0) - DAY * 86_400_000;
  collector.fault = () => 'cut';
  while (agent.clock.ms < toldMs + 24 * HOUR - 60_000) {
    expect(settings.paused).toBe(true);
    expect(settings.metering).toBe(false);
    await agent.clock.sleep(Math.min(await agent.courier.turn(new AbortController().signal), HOUR / 2));
    agent.clock.ms = Math.min(agent.clock.ms, toldMs + 24 * HOUR - 60_000);
  }
  await agent.reopen();
  expect(settings.paused).toBe(true);
  agent.clock.ms += 60_000;
  expect([settings.paused, settings.metering]).toEqual([false, true]);

  meter(100);
  collector.fault = () => 'none';
  const [contact] = await acknowledged(1);
  expect(contact?.usage ?? undefined, 'what was in flight is the question of the pause').toBeUndefined();
  expect(settings.paused, 'it goes on: nobody resumed').toBe(true);
  expect((await acknowledged(2)).every(({ usage }) => !usage)).toBe(true);
  collector.settings = { version: 2, group: 'g' };
  await acknowledged(2);
  expect(collector.usage.size).toBe(1);
});

test('what one collector set does not count at another', async () => {
  await acknowledged(1);
  collector.settings = { version: 1, group: 'g', paused: true, reportIntervalSeconds: 60 };
  await acknowledged(1);
  expect([settings.paused, settings.version]).toEqual([true, 1]);
  const other = new ScriptedCollector();
  agent.url = await other.listen();
  while (other.enrolments === 0) await agent.turn();
  expect([settings.paused, settings.version, settings.reportIntervalSeconds]).toEqual([false, 0, 3600]);
  await other.close();
});
