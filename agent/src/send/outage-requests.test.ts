import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeClock } from '../clock/fake-clock.ts';
import { openDeviceIdentity } from '../identity/device-identity.ts';
import { Inventory } from '../inventory/inventory.ts';
import { type AgentStore, agentStore } from '../store/agent-store.ts';
import { openStateDatabase } from '../store/state-database.ts';
import { Courier } from './courier.ts';
import type { Exchange } from './http-exchange.ts';
import { RoutedExchange } from './routed-exchange.ts';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

let folder: string;
let store: AgentStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-outage-'));
  store = agentStore(openStateDatabase(folder, 0).database);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Requests of one device in a day on which nobody answers anywhere. */
async function requestsInADay(addresses: number, random: () => number): Promise<string[]> {
  const clock = new FakeClock();
  const requests: string[] = [];
  const nobody = (url: () => string): Exchange => ({
    sentBytes: 0,
    post: async () => {
      requests.push(url());
      throw new Error('ECONNREFUSED');
    },
    close: async () => {},
  });
  const courier = new Courier({
    store,
    inventory: new Inventory(store, () => 20_000),
    identity: openDeviceIdentity(folder),
    exchange: new RoutedExchange({
      routes: () =>
        Array.from({ length: addresses }, (_, at) => ({
          url: `http://${at}`,
          authorities: [],
          moved: false,
          mayJoin: true,
        })),
      connect: ({ url }) => nobody(url),
      clock,
    }),
    clock,
    collectorUrl: () => 'http://0',
    joinSecret: () => '',
    host: () => ({}),
    cost: () => ({}),
    reportIntervalSeconds: () => HOUR_SECONDS,
    onSettings: () => {},
    log: { info: () => {}, warn: () => {} },
    random,
  });
  const { signal } = new AbortController();
  for (const end = clock.ms + DAY_SECONDS * 1000; clock.ms < end; )
    await clock.sleep(await courier.turn(signal));
  return requests;
}

test('a day without an answer: eight addresses get no more requests than one, at most one in 30 s, each its share', async () => {
  const alone = await requestsInADay(1, () => 0.5);
  const together = await requestsInADay(8, () => 0.5);
  expect(together).toHaveLength(alone.length);
  expect(together.length).toBeLessThanOrEqual(DAY_SECONDS / 30);
  expect(new Set(together).size).toBe(8);
  const real = await requestsInADay(8, Math.random);
  console.log(`requests in a day without an answer: ${together.length}, with real chance ${real.length}`);
  expect(real.length).toBeLessThanOrEqual(DAY_SECONDS / 30);
});
