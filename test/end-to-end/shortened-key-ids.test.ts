/**
 * A build in which the name of a key has one byte of its hash and not eight, so that devices' keys come to have the same
 * name every few devices: noticed, each device gets a name of its own, and none can speak for another.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyIdOf, Report } from '@fleetmeter/proto';
import { reopenVerifiedEnvelope } from '@fleetmeter/proto/opening';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { realClock } from '../../agent/src/clock/real-clock.ts';
import { openDeviceIdentity } from '../../agent/src/identity/device-identity.ts';
import { Inventory } from '../../agent/src/inventory/inventory.ts';
import { Courier } from '../../agent/src/send/courier.ts';
import { HttpExchange } from '../../agent/src/send/http-exchange.ts';
import { type AgentStore, agentStore } from '../../agent/src/store/agent-store.ts';
import { openStateDatabase } from '../../agent/src/store/state-database.ts';
import {
  type ReceivingCollector,
  startReceiving,
} from '../../collector/src/receive/fixtures/receiving-collector.ts';

const short = vi.hoisted(
  () =>
    (id: string): string =>
      id.slice(0, 2).padEnd(16, '0'),
);
vi.mock('../../proto/src/envelope-format.ts', async (original) => {
  const whole = await original<typeof import('../../proto/src/envelope-format.ts')>();
  return { ...whole, keyIdOf: (key: Uint8Array) => short(whole.keyIdOf(key)) };
});

const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-short-'));
let collector: ReceivingCollector;
beforeAll(async () => {
  collector = await startReceiving();
});
afterAll(async () => {
  await collector.close();
  rmSync(folder, { recursive: true });
});

const DEVICES = 60;

class Device {
  readonly name: string;
  readonly identity: ReturnType<typeof openDeviceIdentity>;
  readonly firstKeyId: string;
  readonly store: AgentStore;
  readonly courier: Courier;
  readonly #exchange: HttpExchange;

  constructor(number: number) {
    this.name = `device-${number}`;
    const home = join(folder, this.name);
    mkdirSync(home);
    this.identity = openDeviceIdentity(home);
    this.firstKeyId = this.identity.signingKey.keyId;
    this.store = agentStore(openStateDatabase(home, 0).database);
    const url = `http://127.0.0.1:${collector.port}`;
    this.#exchange = new HttpExchange(() => url);
    this.courier = new Courier({
      store: this.store,
      inventory: new Inventory(this.store, () => 20_000),
      identity: this.identity,
      exchange: this.#exchange,
      clock: realClock(),
      collectorUrl: () => url,
      joinSecret: () => collector.secret,
      host: () => ({ hostname: this.name, os: 'linux' }),
      cost: () => ({ uptimeSeconds: 1 }),
      reportIntervalSeconds: () => 1,
      onSettings: () => {},
      log: { info: () => {}, warn: () => {} },
      random: () => 0,
    });
  }

  get keyId(): string {
    return this.identity.signingKey.keyId;
  }

  async report(): Promise<void> {
    const enough = this.courier.counts.acknowledged + 1;
    for (let turn = 0; turn < 30 && this.courier.counts.acknowledged < enough; turn++)
      await this.courier.turn(new AbortController().signal);
    expect(this.courier.counts.acknowledged, this.courier.counts.lastFailure).toBe(enough);
  }

  async close(): Promise<void> {
    await this.#exchange.close();
    this.store.close();
  }
}

test('the build is what it says', () => {
  const key = new Uint8Array(32).fill(7);
  expect(keyIdOf(key)).toBe(`${createHash('sha256').update(key).digest('hex').slice(0, 2)}${'0'.repeat(14)}`);
});

test(`${DEVICES} devices with 256 names: each joins, under a name of its own, and its reports are its own`, async () => {
  const devices = Array.from({ length: DEVICES }, (_, number) => new Device(number));
  for (const device of devices) await device.report();

  const moved = devices.filter(({ keyId, firstKeyId }) => keyId !== firstKeyId);
  // 60 of 256 have seven pairs in the mean; without any this would have shown nothing.
  expect(moved.length).toBeGreaterThan(0);
  expect(new Set(devices.map(({ keyId }) => keyId)).size).toBe(DEVICES);
  const refused = (await collector.metrics.receive.refusals.get()).values;
  const noticed = refused.find(({ labels }) => labels.code === 'key-id-taken')?.value ?? 0;
  expect(noticed).toBeGreaterThanOrEqual(moved.length);

  const { records } = await collector.stream.read(0, { maxRecords: 1_000, maxBytes: 1 << 26 });
  const saidBy = new Map(
    records.map(({ deviceId, envelope }) => {
      const { message } = reopenVerifiedEnvelope(envelope, 'Report', 1 << 20);
      return [Report.decode(message).host?.hostname, deviceId];
    }),
  );
  for (const { name, store } of devices)
    expect(saidBy.get(name), name).toBe(store.facts.read('enrolment')?.deviceId);
  expect(new Set(saidBy.values()).size).toBe(DEVICES);
  await Promise.all(devices.map((device) => device.close()));
}, 120_000);
