/** Pause, from the collector's word to the reports: a real store, real HTTP, and a clock that the test moves. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Clock, Instant } from '../clock/clock.ts';
import { loadConfig } from '../config/load-config.ts';
import { openDeviceIdentity } from '../identity/device-identity.ts';
import { Inventory } from '../inventory/inventory.ts';
import { CeilingFile } from '../settings/ceiling.ts';
import { EffectiveSettings } from '../settings/effective-settings.ts';
import { type AgentStore, agentStore } from '../store/agent-store.ts';
import { openStateDatabase } from '../store/state-database.ts';
import { noSlots, setSlot } from '../usage/slots.ts';
import type { FoundFile } from '../watch/found-file.ts';
import { Courier } from './courier.ts';
import { ScriptedCollector } from './fixtures/scripted-collector/scripted-collector.ts';
import { HttpExchange } from './http-exchange.ts';

const DAY = 20_000;
const HOUR = 3_600_000;

class FakeClock implements Clock {
  ms = 1e6;
  now = (): Instant => ({ wallMs: DAY * 86_400_000 + this.ms, monotonicMs: this.ms, bootMs: this.ms });
  bootId = (): string => 'boot';
  utcOffsetSeconds = (): number => 0;
  sleep = async (ms: number): Promise<void> => {
    this.ms += ms;
  };
}

let folder: string;
let clock: FakeClock;
let url: string;
let collector: ScriptedCollector;
let store: AgentStore;
let inventory: Inventory;
let settings: EffectiveSettings;
let courier: Courier;
let exchange: HttpExchange;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-quiet-'));
  writeFileSync(join(folder, 'agent.json'), '{}');
  clock = new FakeClock();
  collector = new ScriptedCollector();
  url = await collector.listen();
  open();
});
afterEach(async () => {
  await exchange.close();
  store.close();
  await collector.close();
  rmSync(folder, { recursive: true });
});

function open(): void {
  const log = { info: () => {}, warn: () => {} };
  store = agentStore(openStateDatabase(folder, 0).database);
  inventory = new Inventory(store, () => DAY);
  settings = new EffectiveSettings({
    local: loadConfig({ config: join(folder, 'agent.json') }, {}),
    facts: store.facts,
    ceiling: new CeilingFile(join(folder, 'ceiling.json')),
    wallMs: () => clock.now().wallMs,
    onBattery: () => false,
    log,
  });
  exchange = new HttpExchange(() => url);
  courier = new Courier({
    ...{ store, inventory, exchange, clock, log },
    identity: openDeviceIdentity(folder),
    collectorUrl: () => url,
    joinSecret: () => 'secret',
    host: () => ({ hostname: 'h', os: 'linux' }),
    cost: () => ({ uptimeSeconds: 1 }),
    reportIntervalSeconds: () => settings.reportIntervalSeconds,
    onSettings: (received) => settings.receive(received),
    settingsVersion: () => settings.version,
    quiet: () => settings.paused,
    random: () => 0.5,
  });
}

function file(path: string): FoundFile {
  const identity = { device: '1', inode: path, size: 1, mtimeNs: '1', ctimeNs: '1' };
  const sha256 = createHash('sha256').update(path).digest();
  return { path, identity, format: 'elf', evidence: { sha256, path, size: 1, format: 'elf' } };
}

function meter(seconds: number): void {
  const slots = noSlots();
  setSlot(slots, 3);
  const launches = { user: 1, autostart: 0, service: 0, scheduler: 0, unknown: 0 };
  const [run, user, executableId] = ['ff'.repeat(8), 'ab'.repeat(8), 'cd'.repeat(8)];
  store.usage.flush({
    usage: [{ day: DAY, run, executableId, user, seconds, launches, slots }],
    coverage: [{ day: DAY, run, seconds }],
    live: [],
    mark: { bootId: 'boot', monotonicMs: 1, bootMs: 1 },
  });
}

/** Turns until this many more reports were acknowledged. */
async function acknowledged(more: number): Promise<Report[]> {
  const [enough, from] = [courier.counts.acknowledged + more, collector.reports.length];
  for (let turn = 0; courier.counts.acknowledged < enough; turn++) {
    if (turn > 50) throw new Error(JSON.stringify(courier.counts));
    await clock.sleep(await courier.turn(new AbortController().signal));
  }
  return collector.reports.slice(from);
}

const namesOf = (report: Report | undefined): string[] =>
  Object.entries(report ?? {})
    .filter(([, value]) => value !== null && value !== 0 && (value as Uint8Array).length !== 0)
    .map(([name]) => name)
    .sort();

test('a paused agent says that it is there, and nothing of what it knows; what was due comes afterwards', async () => {
  inventory.found(file('/usr/bin/a'));
  await acknowledged(2);
  expect(collector.inventory.size).toBe(1);

  collector.settings = { version: 1, group: 'g', paused: true };
  await acknowledged(1);
  expect(settings.paused).toBe(true);
  inventory.found(file('/usr/bin/b'));
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
  inventory.found(file('/usr/bin/a'));
  collector.settings = { version: 1, group: 'g', paused: true };
  await acknowledged(1);
  collector.extraDirectives = [
    {
      resync: { head: { sequence: 0 } },
      epoch: Buffer.from(collector.state.epoch, 'hex'),
      sequence: collector.state.head,
    },
  ];
  const before = clock.ms;
  const quiet = await acknowledged(3);
  expect(quiet.every(({ inventory: change }) => !change)).toBe(true);
  expect(clock.ms - before).toBeGreaterThan(2.5 * HOUR);
  collector.settings = { version: 2, group: 'g' };
  await acknowledged(1);
  collector.extraDirectives = [];
  expect((await acknowledged(1)).at(-1)?.inventory?.baseline).toBe(true);
});

test('without contact the pause ends after 24 hours, over restarts; the first contact renews it', async () => {
  await acknowledged(1);
  collector.settings = { version: 1, group: 'g', paused: true };
  await acknowledged(1);
  const toldMs = (store.facts.read('pause')?.toldAtMs ?? 0) - DAY * 86_400_000;
  collector.fault = () => 'cut';
  while (clock.ms < toldMs + 24 * HOUR - 60_000) {
    expect(settings.paused).toBe(true);
    expect(settings.metering).toBe(false);
    await clock.sleep(Math.min(await courier.turn(new AbortController().signal), HOUR / 2));
    clock.ms = Math.min(clock.ms, toldMs + 24 * HOUR - 60_000);
  }
  await exchange.close();
  store.close();
  open();
  expect(settings.paused).toBe(true);
  clock.ms += 60_000;
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
  url = await other.listen();
  while (other.enrolments === 0) await clock.sleep(await courier.turn(new AbortController().signal));
  expect([settings.paused, settings.version, settings.reportIntervalSeconds]).toEqual([false, 0, 3600]);
  await other.close();
});
