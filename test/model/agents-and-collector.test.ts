/**
 * Real agents and a real collector under a schedule of faults: requests and answers lost, repeated and late, agents and
 * processor dying, disks put back to earlier states (R16). Whatever happens, tables and truth end equal.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HttpExchange } from '../../agent/src/send/http-exchange.ts';
import { FULL } from '../full-run.ts';
import { FaultyExchange } from './faulty-exchange.ts';
import { type DiskImage, LivingAgent, type ModelProgram, modelProgram } from './living-agent.ts';
import { installedLines, outOfBounds, usageOf } from './machine-oracle.ts';
import { SeededRandom } from './seeded-random.ts';
import { StagedCollector } from './staged-collector.ts';

const HISTORIES = FULL ? 400 : 100;
const STEPS = FULL ? 24 : 14;
const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 2 ** 31);
const BEGAN = Date.UTC(2026, 10, 23, 12);
const TODAY = Math.floor(BEGAN / 86_400_000);

let now = BEGAN;
const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-agents-'));
let collector: StagedCollector;
let network: HttpExchange;
beforeAll(async () => {
  collector = await StagedCollector.start(() => now);
  network = new HttpExchange(() => `http://127.0.0.1:${collector.port}`);
}, 60_000);
afterAll(async () => {
  await network?.close();
  await collector?.close();
  rmSync(folder, { recursive: true, force: true });
});

test(`${HISTORIES} histories with disks put back end equal to the truth (FLEETMETER_SEED=${SEED})`, async () => {
  const random = new SeededRandom(SEED);
  const world = Array.from({ length: 200 }, (_, index) => modelProgram(index));
  const exchange = new FaultyExchange(network, random);
  const happened = { restored: 0, restarted: 0 };
  const machines = Array.from({ length: HISTORIES }, (_, index) => ({
    agent: new LivingAgent({
      folder: join(folder, `machine-${index}`),
      exchange,
      now: () => now,
      joinSecret: collector.receiving.secret,
    }),
    images: [] as DiskImage[],
    /** Offset of the stream when it last spoke. */
    spokeAt: 0,
  }));

  for (let step = 0; step < STEPS; step++) {
    for (const machine of machines) {
      const { agent, images } = machine;
      live(agent, world, random);
      if (random.chance(0.1)) {
        agent.restart();
        happened.restarted++;
      }
      if (images.length < 3 && random.chance(0.15))
        images.push(agent.imageTo(join(folder, `image-${images.length}-${agent.folder.split('/').at(-1)}`)));
      if (images.length > 0 && random.chance(0.2) && isSettled(agent, machine.spokeAt)) {
        agent.restore(random.pick(images));
        happened.restored++;
      }
      now += 2_000;
      if (!random.chance(0.7)) continue;
      await agent.turn();
      machine.spokeAt = (await collector.receiving.stream.stats()).head;
    }
    await exchange.deliverLate();
    await collector.processSome(random);
  }
  exchange.faulty = false;
  const agents = machines.map(({ agent }) => agent);
  await settle(agents);

  console.log('agents', HISTORIES, { ...happened, ...exchange.happened, crashed: collector.crashes });
  // The history is worth nothing when the faults did not happen.
  for (const count of Object.values({ ...happened, ...exchange.happened })) expect(count).toBeGreaterThan(10);
  expect(collector.crashes).toBeGreaterThan(3);
  expect(collector.splits).toEqual([]);

  await collector.derive([TODAY - 1, TODAY]);
  expect(await collector.installed()).toEqual(installedLines(agents));
  const least = agents.flatMap(({ deviceId, truth: { told, usage } }) => usageOf(deviceId, told, usage));
  const most = agents.flatMap(({ deviceId, truth: { told, usage, maybeTold } }) =>
    usageOf(deviceId, told, usage, maybeTold),
  );
  expect(outOfBounds(await collector.used(), least, most)).toEqual([]);
  for (const agent of agents) agent.close();
}, 600_000);

function live(agent: LivingAgent, world: readonly ModelProgram[], random: SeededRandom): void {
  const installed = [...agent.truth.installed.values()];
  if (random.chance(0.4)) agent.install(random.pick(world));
  if (installed.length > 0 && random.chance(0.2)) agent.remove(random.pick(installed));
  if (random.chance(0.5))
    agent.use(
      random.pick(world.slice(0, 60)),
      TODAY - random.below(2),
      1000 + random.below(2),
      random.below(288),
      random.below(301),
    );
}

/** What it sent is processed, and nobody asks it to open a new epoch: what it told is in the tables. */
function isSettled(agent: LivingAgent, spokeAt: number): boolean {
  const { control } = collector.receiving;
  if (control.checkpoint() < spokeAt) return false;
  const waiting = control.directivesFor(agent.deviceId, agent.epochId);
  return !waiting.some(({ openEpoch }) => openEpoch);
}

async function settle(agents: readonly LivingAgent[]): Promise<void> {
  for (let round = 0; round < 12; round++) {
    // Agents report from time to time also when nothing is new: that is how one that was put back is found.
    for (const agent of agents) {
      if (round >= 3 && agent.quiet && !isAsked(agent.deviceId, agent.epochId)) continue;
      for (let turn = 0; turn < 3; turn++) {
        now += 2_000;
        await agent.turn();
      }
    }
    await collector.processAll();
  }
  expect(agents.filter(({ quiet }) => !quiet).map(({ deviceId }) => deviceId)).toEqual([]);
}

function isAsked(deviceId: string, epochId: Uint8Array | undefined): boolean {
  return collector.receiving.control.directivesFor(deviceId, epochId).length > 0;
}
