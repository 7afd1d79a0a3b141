/**
 * One disk on several machines (R17): real agents with one identity against a real collector. Each has to be found,
 * become a device of its own, and keep its facts apart from the others'.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HttpExchange } from '../../agent/src/send/http-exchange.ts';
import { FULL } from '../full-run.ts';
import { FaultyExchange } from './faulty-exchange.ts';
import {
  type DiskImage,
  LivingAgent,
  type ModelProgram,
  modelProgram,
  type TrueUsage,
} from './living-agent.ts';
import { type DayOfPackage, installedLines, outOfBounds, usageOf } from './machine-oracle.ts';
import { SeededRandom } from './seeded-random.ts';
import { StagedCollector } from './staged-collector.ts';

/** Machines of each family that share a disk. */
const FAMILIES = FULL ? [...Array(40).fill(2), 3, 5, 10, 20, 50] : [2, 2, 2, 2, 3, 5, 50];
const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 2 ** 31);
const BEGAN = Date.UTC(2026, 10, 23, 12);
const TODAY = Math.floor(BEGAN / 86_400_000);

interface Family {
  /** What all had in common. */
  image: DiskImage;
  originalId: string;
  machines: LivingAgent[];
}

let now = BEGAN;
const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-copies-'));
const random = new SeededRandom(SEED);
const world = Array.from({ length: 120 }, (_, index) => modelProgram(index));
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

test(`of two machines the one that opened an epoch is proven a copy two reports later (FLEETMETER_SEED=${SEED})`, async () => {
  const exchange = new FaultyExchange(network, random);
  exchange.faulty = false;
  for (let pair = 0; pair < 10; pair++) {
    const { machines, originalId } = await family(`pair-${pair}`, 2, exchange);
    const before = collector.splits.length;
    const parent = Buffer.from(machines[0]?.epochId ?? []);
    const hasLeft = ({ epochId }: LivingAgent): boolean => !parent.equals(Buffer.from(epochId ?? []));
    // Turn by turn, until one of them has opened a child of the common epoch and spoken in it.
    while (!machines.some(hasLeft)) await turns(machines);
    const opener = machines.find(hasLeft) as LivingAgent;
    const other = machines.find((machine) => machine !== opener) as LivingAgent;
    await turns([opener]);
    let reports = 0;
    for (; collector.splits.length === before && reports < 10; reports++)
      await turns([reports % 2 === 0 ? other : opener]);
    expect(reports).toBe(2);
    for (let round = 0; round < 3; round++) await turns(machines);
    expect(new Set(machines.map(({ deviceId }) => deviceId)).size).toBe(2);
    expect(machines.map(({ deviceId }) => deviceId)).toContain(originalId);
    for (const machine of machines) machine.close();
  }
}, 300_000);

test('an original that was followed into an epoch of its own stays what it is, also when both are processed at once', async () => {
  const exchange = new FaultyExchange(network, random);
  exchange.faulty = false;
  const { machines, originalId } = await family('followed', 2, exchange);
  const [splitsBefore, devicesBefore] = [collector.splits.length, collector.receiving.control.deviceCount()];
  const parent = Buffer.from(machines[0]?.epochId ?? []);
  const isBehind = ({ epochId }: LivingAgent): boolean => parent.equals(Buffer.from(epochId ?? []));
  for (let round = 0; round < 5 && machines.every(isBehind); round++) await turns(machines);
  const original = machines.find(isBehind);
  const copy = machines.find((machine) => !isBehind(machine));
  if (!original || !copy) throw new Error('both have left the epoch that they had in common');
  await turns([copy, copy]);
  for (let round = 0; round < 12 && isBehind(original); round++) await turns([original]);
  expect(isBehind(original)).toBe(false);
  await turns([original]);
  for (const machine of [copy, original, copy, original, copy, original]) {
    now += 2_000;
    await machine.turn();
  }
  await collector.processAll();
  for (let round = 0; round < 5; round++) await turns(machines);
  expect(collector.splits.length - splitsBefore).toBe(1);
  expect(collector.receiving.control.deviceCount() - devicesBefore).toBe(1);
  expect(original.deviceId).toBe(originalId);
  expect(copy.deviceId).not.toBe(originalId);
  for (const machine of machines) machine.close();
}, 120_000);

test(`families of ${FAMILIES.join(', ')} machines become devices of their own, nothing mixed (FLEETMETER_SEED=${SEED})`, async () => {
  const exchange = new FaultyExchange(network, random);
  exchange.faulty = false;
  const families: Family[] = [];
  for (const [index, size] of FAMILIES.entries())
    families.push(await family(`family-${index}`, size, exchange));
  const machines = families.flatMap((each) => each.machines);
  const enrolledBefore = collector.receiving.control.deviceCount();
  exchange.faulty = true;
  let rounds = 0;
  for (; rounds < 60 && !areApart(machines); rounds++) {
    for (const machine of machines) {
      live(machine);
      now += 500;
      if (random.chance(0.8)) await machine.turn();
    }
    await exchange.deliverLate();
    await collector.processSome(random);
  }
  exchange.faulty = false;
  for (let round = 0; round < 5; round++) {
    for (const machine of machines)
      for (let turn = 0; turn < 3; turn++) {
        now += 2_000;
        await machine.turn();
      }
    await collector.processAll();
  }
  console.log('copies', machines.length, 'apart after rounds', rounds, exchange.happened, {
    crashed: collector.crashes,
  });
  expect(areApart(machines)).toBe(true);
  expect(machines.filter(({ quiet }) => !quiet)).toEqual([]);
  // Each joined once: as many new devices as there were copies too many.
  const copies = machines.length - families.length;
  expect(collector.receiving.control.deviceCount() - enrolledBefore).toBe(copies);
  const found = collector.receiving.control.epochs.splitDevices(1000);
  expect(found.filter(({ joinedAt }) => joinedAt === undefined)).toEqual([]);
  for (const { originalId } of families)
    expect(found.some(({ originalDeviceId }) => originalDeviceId === originalId)).toBe(true);

  await collector.derive([TODAY - 1, TODAY]);
  const ids = new Set(machines.map(({ deviceId }) => deviceId));
  const installed = (await collector.installed()).filter((line) => ids.has(line.split(' ')[0] as string));
  expect(installed).toEqual(installedLines(machines));
  const used = (await collector.used()).filter(({ name }) => ids.has(name.split(' ')[0] as string));
  const bounds = families.flatMap((each) => each.machines.map((machine) => boundsOf(each, machine)));
  expect(
    outOfBounds(
      used,
      bounds.flatMap(({ least }) => least),
      bounds.flatMap(({ most }) => most),
    ),
  ).toEqual([]);
  for (const machine of machines) machine.close();
}, 600_000);

/** A machine with some history, all of it told, and others with its disk. */
async function family(name: string, size: number, exchange: FaultyExchange): Promise<Family> {
  const parts = (machine: number) => ({
    folder: join(folder, `${name}-${machine}`),
    exchange,
    now: () => now,
    joinSecret: collector.receiving.secret,
  });
  const original = new LivingAgent(parts(0));
  for (let step = 0; step < 4; step++) {
    live(original);
    await turns([original]);
  }
  await turns([original, original, original]);
  const image = original.imageTo(join(folder, `${name}-image`));
  const copies = Array.from({ length: size - 1 }, (_, index) => original.copy(image, parts(index + 1)));
  const machines = [original, ...copies];
  for (const machine of machines) live(machine);
  return { image, originalId: original.deviceId, machines };
}

async function turns(machines: readonly LivingAgent[]): Promise<void> {
  for (const machine of machines) {
    now += 2_000;
    await machine.turn();
    await collector.processAll();
  }
}

function live(machine: LivingAgent): void {
  const installed: ModelProgram[] = [...machine.truth.installed.values()];
  if (random.chance(0.4)) machine.install(random.pick(world));
  if (installed.length > 0 && random.chance(0.2)) machine.remove(random.pick(installed));
  const day = TODAY - random.below(2);
  machine.use(random.pick(world.slice(0, 60)), day, 1000, random.below(288), random.below(301));
}

function areApart(machines: readonly LivingAgent[]): boolean {
  return new Set(machines.map(({ deviceId }) => deviceId)).size === machines.length;
}

/** What happened on a machine since the copy was made is its own, and nobody else's; what was before may be its too. */
function boundsOf(
  { image, originalId }: Family,
  { deviceId, truth }: LivingAgent,
): { least: DayOfPackage[]; most: DayOfPackage[] } {
  const common = image.truth.usage;
  const own = new Map<string, TrueUsage>([...truth.usage].filter(([key, row]) => common.get(key) !== row));
  const all = usageOf(deviceId, common, own);
  return { least: deviceId === originalId ? all : usageOf(deviceId, own), most: all };
}
