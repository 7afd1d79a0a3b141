/** An inventory that does not fit one report, from a real agent's store and courier to the tables of a real collector. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realClock } from '../../agent/src/clock/real-clock.ts';
import { openDeviceIdentity } from '../../agent/src/identity/device-identity.ts';
import { Inventory } from '../../agent/src/inventory/inventory.ts';
import { Courier } from '../../agent/src/send/courier.ts';
import { HttpExchange } from '../../agent/src/send/http-exchange.ts';
import { type AgentStore, agentStore } from '../../agent/src/store/agent-store.ts';
import { openStateDatabase } from '../../agent/src/store/state-database.ts';
import type { FoundFile } from '../../agent/src/watch/found-file.ts';
import { FleetOfOne } from './fleet-of-one.ts';

let fleet: FleetOfOne;
beforeAll(async () => {
  fleet = await FleetOfOne.create();
  fleet.startCollector();
  await fleet.ready();
}, 90_000);
afterAll(() => fleet.close());

/** An agent of whose files only the inventory matters. */
class InventoryAgent {
  readonly store: AgentStore;
  readonly inventory: Inventory;
  readonly courier: Courier;
  readonly #exchange = new HttpExchange(() => fleet.agentUrl);
  /** Of each report that was acknowledged. */
  readonly sequences: number[] = [];

  constructor(name: string, mostIdsInAPart?: number) {
    const folder = join(fleet.folder, name);
    mkdirSync(folder);
    this.store = agentStore(openStateDatabase(folder, 0).database);
    this.inventory = new Inventory(this.store, () => Math.floor(Date.now() / 86_400_000));
    this.courier = new Courier({
      store: this.store,
      inventory: this.inventory,
      identity: openDeviceIdentity(folder),
      exchange: this.#exchange,
      clock: realClock(),
      collectorUrl: () => fleet.agentUrl,
      joinSecret: () => fleet.joinSecret,
      host: () => ({ hostname: name, os: 'linux' }),
      cost: () => ({ uptimeSeconds: 1 }),
      reportIntervalSeconds: () => 1,
      onSettings: () => {},
      log: { info: () => {}, warn: () => {} },
      random: () => 0.1,
      ...(mostIdsInAPart !== undefined && { mostIdsInAPart }),
    });
  }

  install(from: number, to: number): void {
    for (let program = from; program < to; program++) this.inventory.found(file(program));
    this.inventory.flush();
  }

  /** The next thing that is due, without waiting for its time. */
  async turn(): Promise<void> {
    await this.courier.turn(new AbortController().signal);
    const last = this.store.facts.read('lastReport')?.sequence;
    if (last !== undefined && last !== this.sequences.at(-1)) this.sequences.push(last);
  }

  async turnUntil(holds: () => boolean): Promise<void> {
    for (let turn = 0; turn < 500 && !holds(); turn++) await this.turn();
    expect(holds()).toBe(true);
  }

  async close(): Promise<void> {
    await this.#exchange.close();
    this.store.close();
  }
}

function file(program: number): FoundFile {
  const path = `/opt/large/program-${program}`;
  const identity = { device: '1', inode: path, size: 1, mtimeNs: '1', ctimeNs: '1' };
  const sha256 = createHash('sha256').update(path).digest();
  return { path, identity, format: 'elf', evidence: { sha256, path, size: 1, format: 'elf' } };
}

async function installed(hostname: string): Promise<number> {
  const [row] = await fleet.sql<{ n: number }>(
    `SELECT toUInt32(count()) AS n FROM fleetmeter.installations
     WHERE device_id IN (SELECT device_id FROM fleetmeter.devices WHERE hostname = '${hostname}')`,
  );
  return row?.n ?? 0;
}

test('45,000 executables come in three parts, and count when all are there', async () => {
  const agent = new InventoryAgent('build-server');
  agent.install(0, 45_000);
  await agent.turnUntil(() => agent.sequences.length > 0);
  expect(agent.store.baseline.underWay()).toBe(true);
  await agent.turnUntil(() => !agent.store.baseline.underWay() && agent.store.outbox.pending() === undefined);
  expect(agent.sequences).toEqual([1, 2, 3]);
  await fleet.eventually(
    'all of them are installed',
    async () => (await installed('build-server')) === 45_000,
    60,
  );
  expect(await quarantined()).toBe(0);
  await agent.close();
}, 120_000);

test('small parts, changes meanwhile, and a collector killed between any two of them', async () => {
  const agent = new InventoryAgent('restless', 40);
  agent.install(0, 500);
  let extra = 0;
  await agent.turnUntil(() => agent.sequences.length > 0);
  while (agent.store.baseline.underWay()) {
    if (agent.sequences.length % 4 === 0) {
      await fleet.killCollector();
      fleet.startCollector();
      await fleet.ready();
    }
    const before = agent.sequences.length;
    await agent.turnUntil(() => agent.sequences.length > before);
    agent.install(1_000 + extra, 1_001 + extra);
    extra++;
  }
  await fleet.eventually(
    'the parts and what changed meanwhile are installed',
    async () => {
      await agent.turn();
      return (await installed('restless')) === 500 + extra;
    },
    60,
  );
  expect(extra).toBeGreaterThanOrEqual(11);
  // Nothing had to be asked for: the first baseline was the only one.
  expect(agent.store.outbox.epoch()?.baselineSequence).toBe(1);
  expect(await quarantined()).toBe(0);
  await agent.close();
}, 180_000);

async function quarantined(): Promise<number> {
  const pipeline = (await (await fetch(`${fleet.adminUrl}/api/pipeline`)).json()) as {
    quarantine: { count: number }[];
  };
  return pipeline.quarantine.reduce((sum, { count }) => sum + count, 0);
}
