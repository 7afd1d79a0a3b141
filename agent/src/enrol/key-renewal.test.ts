import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Envelope } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Clock, DAY_MS, type Instant } from '../clock/clock.ts';
import { type DeviceIdentity, openDeviceIdentity } from '../identity/device-identity.ts';
import { Inventory } from '../inventory/inventory.ts';
import { Courier } from '../send/courier.ts';
import { type Fault, ScriptedCollector } from '../send/fixtures/scripted-collector/scripted-collector.ts';
import { type ApiPath, type Exchange, HttpExchange } from '../send/http-exchange.ts';
import { type AgentStore, agentStore } from '../store/agent-store.ts';
import { openStateDatabase } from '../store/state-database.ts';
import { KeyRenewal } from './key-renewal.ts';
import { replaceKey } from './replace-key.ts';

const HOUR_MS = 3_600_000;
const signal = new AbortController().signal;
const host = { hostname: 'host-1', os: 'linux' };

class FakeClock implements Clock {
  wallMs = Date.now();
  monotonicMs = 1e6;
  now = (): Instant => ({ wallMs: this.wallMs, monotonicMs: this.monotonicMs, bootMs: this.monotonicMs });
  bootId = (): string => 'boot';
  utcOffsetSeconds = (): number => 0;
  sleep = async (ms: number): Promise<void> => {
    this.wallMs += ms;
    this.monotonicMs += ms;
  };
}

let folder: string;
let collector: ScriptedCollector;
let exchange: HttpExchange;
let clock: FakeClock;
let identity: DeviceIdentity;
let store: AgentStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-renewal-'));
  collector = new ScriptedCollector();
  const url = await collector.listen();
  exchange = new HttpExchange(() => url);
  clock = new FakeClock();
  store = agentStore(openStateDatabase(folder, 0).database);
  identity = openDeviceIdentity(folder);
});
afterEach(async () => {
  await exchange.close();
  store.close();
  await collector.close();
  rmSync(folder, { recursive: true });
});

const quiet = { info: () => {}, warn: () => {} };
const keyId = () => identity.signingKey.keyId;
function renewalOf(rotateKeyDays: number, over: Exchange = exchange): KeyRenewal {
  return new KeyRenewal({ identity, exchange: over, host: () => host, rotateKeyDays, clock, log: quiet });
}
function courierWith(renewal: KeyRenewal): Courier {
  return new Courier({
    store,
    inventory: new Inventory(store, () => 20_000),
    identity,
    exchange,
    clock,
    collectorUrl: () => 'the-collector',
    joinSecret: () => 'secret',
    renewKey: (stopped) => renewal.turn(stopped),
    host: () => host,
    cost: () => ({ uptimeSeconds: 1 }),
    reportIntervalSeconds: () => 10,
    onSettings: () => {},
    log: quiet,
    random: () => 0.5,
  });
}
async function turns(courier: Courier, count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await clock.sleep(await courier.turn(signal));
}
const ageKey = (days: number): void => {
  const made = (clock.wallMs - days * DAY_MS) / 1000;
  utimesSync(join(folder, 'device-key.pem'), made, made);
};

test('a key of that age is replaced before the next report, which the device sends as itself', async () => {
  const courier = courierWith(renewalOf(365));
  ageKey(364);
  await turns(courier, 2);
  const [first, device] = [keyId(), store.facts.read('enrolment')?.deviceId];
  ageKey(366);
  await turns(courier, 4);
  expect(keyId()).not.toBe(first);
  const reports = courier.counts.acknowledged;
  // The collector lets the old one go.
  collector.forgetKey(first);
  await turns(courier, 4);
  expect(courier.counts.acknowledged).toBeGreaterThan(reports);
  expect(courier.counts.refused + courier.counts.failures).toBe(0);
  expect(store.facts.read('enrolment')?.deviceId).toBe(device);
  expect(
    new Set(collector.reports.map(({ epoch }) => Buffer.from(epoch?.id ?? []).toString('hex'))).size,
  ).toBe(1);
  expect(identity.keys.next()).toBeUndefined();
});

test('0 days: never', async () => {
  const courier = courierWith(renewalOf(0));
  ageKey(5000);
  const before = keyId();
  await turns(courier, 4);
  expect(keyId()).toBe(before);
});

test('a report composed under the old key reaches the collector under the new one, as the same report', async () => {
  const courier = courierWith(renewalOf(0));
  await turns(courier, 2);
  const old = keyId();
  collector.fault = (path) => (path === '/v1/report' ? 'lose-answer' : 'none');
  await turns(courier, 1);
  const waiting = store.outbox.pending();
  expect(waiting).toBeDefined();
  expect(await replaceKey(exchange, identity, host, clock.wallMs, signal)).toMatchObject({ is: 'replaced' });
  collector.forgetKey(old);
  collector.fault = () => 'none';
  await turns(courier, 1);
  expect(store.outbox.pending()).toBeUndefined();
  const [lost, again] = collector.bodies.slice(-2);
  expect(again?.sequence).toBe(waiting?.sequence);
  expect(again?.sequence).toBe(lost?.sequence);
  expect(collector.resyncs).toBe(0);
});

test.each<Fault>(['lose-answer', 'cut', 'busy', 'captive-portal', 'garbage'])(
  'an attempt that ends in %s leaves the old key in use and is taken up again with the same new one',
  async (fault) => {
    await turns(courierWith(renewalOf(0)), 2);
    const old = keyId();
    ageKey(400);
    const renewal = renewalOf(365);
    collector.fault = () => fault;
    await renewal.turn(signal);
    expect(renewal.lastFailure).toBeDefined();
    expect(keyId()).toBe(old);
    const next = identity.keys.next()?.signingKey.keyId;
    expect(next).toBeDefined();
    collector.fault = () => 'none';
    // Not at once.
    const sent = exchange.sentBytes;
    await renewal.turn(signal);
    expect(exchange.sentBytes).toBe(sent);
    await clock.sleep(HOUR_MS);
    // After a restart, and although the age is no longer looked at.
    await renewalOf(0).turn(signal);
    expect(keyId()).toBe(next);
  },
);

test('killed at any point the device has one of the two keys, and the collector takes it', async () => {
  await turns(courierWith(renewalOf(0)), 2);
  /** Ends before the request, or after its answer and before the take-over. */
  for (const point of ['before', 'after'] as const) {
    const old = keyId();
    const dying: Exchange = {
      sentBytes: 0,
      close: async () => {},
      post: async (path: ApiPath, envelope, stopped) => {
        if (point === 'after') await exchange.post(path, envelope, stopped);
        throw new Error('killed');
      },
    };
    await expect(replaceKey(dying, identity, host, clock.wallMs, signal)).rejects.toThrow('killed');
    identity = openDeviceIdentity(folder);
    expect(keyId()).toBe(old);
    const courier = courierWith(renewalOf(0));
    await clock.sleep(20_000);
    await turns(courier, 2);
    expect(courier.counts.failures).toBe(0);
    expect(keyId()).not.toBe(old);
  }
});

test('a running agent follows what another process replaced, and both may replace at once', async () => {
  await turns(courierWith(renewalOf(0)), 2);
  const command = openDeviceIdentity(folder);
  const outcomes = await Promise.all([
    replaceKey(exchange, identity, host, clock.wallMs, signal),
    replaceKey(exchange, command, host, clock.wallMs, signal),
  ]);
  expect(outcomes.map((each) => each.is === 'replaced' && each.keyId)).toEqual([keyId(), keyId()]);
  expect(command.signingKey.keyId).toBe(keyId());
  // Both signed, the new key first.
  expect(identity.keys.next()).toBeUndefined();
});

test('a collector of before there were two signatures: the old key goes on, and it is said why', async () => {
  const courier = courierWith(renewalOf(0));
  await turns(courier, 2);
  const old = keyId();
  ageKey(400);
  const renewal = renewalOf(365);
  collector.mostSignatures = 1;
  await renewal.turn(signal);
  expect(renewal.lastFailure).toBe('this collector is too old to replace keys');
  expect(keyId()).toBe(old);
  await turns(courier, 2);
  expect(courier.counts.failures).toBe(0);
});

test('a next key whose file is damaged is made again', async () => {
  await turns(courierWith(renewalOf(0)), 2);
  writeFileSync(join(folder, 'device-key.next.pem'), 'not a key');
  expect(identity.keys.next()).toBeUndefined();
  expect(await replaceKey(exchange, identity, host, clock.wallMs, signal)).toMatchObject({ is: 'replaced' });
});

test('an offer carries two signatures, the new key first', async () => {
  const seen: Uint8Array[] = [];
  const watched: Exchange = {
    sentBytes: 0,
    close: async () => {},
    post: (path, envelope, stopped) => {
      seen.push(envelope);
      return exchange.post(path, envelope, stopped);
    },
  };
  await turns(courierWith(renewalOf(0)), 2);
  const old = keyId();
  await replaceKey(watched, identity, host, clock.wallMs, signal);
  const signers = seen.map((each) => Envelope.decode(each).signatures.map(({ keyid }) => keyid));
  expect(signers).toEqual([[keyId(), old], [keyId()]]);
});
