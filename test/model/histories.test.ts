/**
 * Random histories of many devices (R1): reports repeated, delivered late and swapped, acknowledgements lost,
 * processing stopped between any two writes. Whatever happens, tables and truth end equal. The oracle reads the
 * model devices and shares no code with the collector.
 */

import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EvidenceBatch, sealEnvelope } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NO_CATALOGUE } from '../../collector/src/catalogue/catalogue-in-force.ts';
import { type ClickHouse, connectClickHouse } from '../../collector/src/clickhouse/clickhouse.ts';
import { deriveInventory } from '../../collector/src/clickhouse/derive-inventory.ts';
import { deriveUsageDay } from '../../collector/src/clickhouse/derive-usage-day.ts';
import { migrate } from '../../collector/src/clickhouse/migrate.ts';
import { numberApplications } from '../../collector/src/clickhouse/number-applications.ts';
import { SqliteControlStore } from '../../collector/src/control/sqlite-control-store.ts';
import { type EngineSupervisor, superviseEngine } from '../../collector/src/engine/supervise-engine.ts';
import { writerSecret } from '../../collector/src/engine/writer-secret.ts';
import { AnnouncedExecutables } from '../../collector/src/process/announced-executables.ts';
import { EpochHeadCache } from '../../collector/src/process/epoch-head-cache.ts';
import { processRange } from '../../collector/src/process/process-range.ts';
import type { StreamRecord } from '../../collector/src/stream/stream.ts';
import { freePort } from '../fakes/free-port.ts';
import { FULL } from '../full-run.ts';
import { ModelDevice, type ModelExecutable, modelExecutable } from './model-device.ts';
import { SeededRandom } from './seeded-random.ts';

const HISTORIES = FULL ? 20_000 : 1_000;
const STEPS = 24;
const HEALTHY_HISTORIES = FULL ? 5_000 : 120;
const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 2 ** 31);
/** Long ago for the engine's clock: what is processed late, or read again, must live as long as what came just now. */
const NOW = Date.UTC(2026, 2, 23, 12);
const TODAY = Math.floor(NOW / 86_400_000);

const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-model-'));
let engine: EngineSupervisor;
let clickhouse: ClickHouse;
let control: SqliteControlStore;

beforeAll(async () => {
  const port = await freePort();
  engine = await superviseEngine({
    dataDir: join(folder, 'engine'),
    port,
    log: { info: () => {}, warn: () => {} },
  });
  const password = writerSecret(join(folder, 'engine'));
  clickhouse = connectClickHouse({
    url: `http://127.0.0.1:${port}`,
    username: 'fleetmeter_writer',
    password,
  });
  await migrate(clickhouse, () => NOW);
  control = new SqliteControlStore({ path: join(folder, 'control.db') });
}, 60_000);

afterAll(async () => {
  control?.close();
  await clickhouse?.close();
  await engine?.close();
  rmSync(folder, { recursive: true, force: true });
});

test(`${HISTORIES} random histories end equal to the oracle (FLEETMETER_SEED=${SEED})`, async () => {
  const random = new SeededRandom(SEED);
  const world = Array.from({ length: 400 }, (_, index) => modelExecutable(index));
  const stage = new Stage(random, { swaps: true, largestRange: 400 });
  const devices = Array.from({ length: HISTORIES }, () => stage.enrol(deviceOf(random, world)));

  for (let step = 0; step < STEPS; step++) {
    for (const device of devices) stage.act(device, world);
    await stage.processSome();
  }
  stage.sendEvidence(world);
  for (let round = 0; round < 10 && !devices.every(({ quiet }) => quiet); round++) {
    for (const device of devices) stage.settle(device);
    await stage.processAll();
    for (const device of devices) stage.obey(device);
  }
  expect(devices.filter(({ quiet }) => !quiet)).toHaveLength(0);
  // The history is worth nothing when the faults did not happen.
  for (const kind of ['repeated', 'swapped', 'ackLost', 'crashed', 'partial'] as const)
    expect(stage.happened[kind]).toBeGreaterThan(10);
  console.log('histories', HISTORIES, 'records', stage.length, stage.happened);

  await numberApplications(clickhouse);
  await deriveInventory(clickhouse, NOW, 'none');
  for (const day of [TODAY, TODAY - 1]) await deriveUsageDay(clickhouse, day, NOW, 'none');
  expect(await installedInTables()).toEqual(installedInTruth(devices));
  expect(await usageInTables('usage_daily')).toEqual(usageInTruth(devices));
  expect(await usageInTables('device_usage_daily')).toEqual(usageInTruth(devices));
  expect(await usageOfPeople()).toEqual(usageInTruth(devices));
}, 3_600_000);

test(`without swaps nobody is ever asked to resync, crashes or not (FLEETMETER_SEED=${SEED})`, async () => {
  const random = new SeededRandom(SEED + 1);
  const world = Array.from({ length: 100 }, (_, index) => modelExecutable(index));
  const stage = new Stage(random, { swaps: false, largestRange: 60 });
  const devices = Array.from({ length: HEALTHY_HISTORIES }, () => stage.enrol(deviceOf(random, world)));
  for (let step = 0; step < STEPS; step++) {
    for (const device of devices) stage.act(device, world);
    await stage.processSome();
    expect(devices.filter((device) => stage.asked(device)).length, `step ${step}`).toBe(0);
  }
  await stage.processAll();
  expect(devices.filter((device) => stage.asked(device)).length).toBe(0);
  for (const kind of ['repeated', 'ackLost', 'crashed', 'partial'] as const)
    expect(stage.happened[kind]).toBeGreaterThan(5);
}, 3_600_000);

/** A third of the devices have programs from the start, and send baselines in parts of one to three. */
function deviceOf(random: SeededRandom, world: readonly ModelExecutable[]): ModelDevice {
  if (random.chance(0.67)) return new ModelDevice(random);
  const device = new ModelDevice(random, 1 + random.below(3));
  for (let program = 0; program < 6; program++) device.install(random.pick(world));
  return device;
}

/** The stream and the processor, with the faults that a history may meet. */
const TOKEN = { uses: 1_000_000, expiresAt: Number.MAX_SAFE_INTEGER, group: 'default', note: '' };

class Stage {
  readonly happened = { repeated: 0, swapped: 0, ackLost: 0, crashed: 0, partial: 0 };
  readonly #random: SeededRandom;
  readonly #swaps: boolean;
  readonly #largestRange: number;
  readonly #control: SqliteControlStore;
  readonly #secret: string;
  readonly #records: StreamRecord[] = [];
  #heads = new EpochHeadCache(100_000);
  #announced = new AnnouncedExecutables();
  #processed = 0;

  constructor(random: SeededRandom, { swaps, largestRange }: { swaps: boolean; largestRange: number }) {
    this.#random = random;
    this.#swaps = swaps;
    this.#largestRange = largestRange;
    this.#control = control;
    this.#secret = control.tokens.create(TOKEN, 0).secret;
  }

  asked(device: ModelDevice): boolean {
    return this.#control.directivesFor(device.deviceId, device.epochId).length > 0;
  }

  get length(): number {
    return this.#records.length;
  }

  enrol(device: ModelDevice): ModelDevice {
    device.deviceId = this.#control.enrol(device.publicKey, this.#secret, NOW);
    device.collectorId = this.#control.collectorId;
    return device;
  }

  act(device: ModelDevice, world: readonly ModelExecutable[]): void {
    const random = this.#random;
    const executable = random.pick(world);
    const installed = [...device.installed.values()];
    if (random.chance(0.5)) device.install(executable);
    if (installed.length > 0 && random.chance(0.3)) device.remove(random.pick(installed));
    if (random.chance(0.5))
      device.use(random.pick(world.slice(0, 60)), TODAY - random.below(2), random.below(2));
    if (random.chance(0.1)) device.restart();
    if (random.chance(0.6)) device.compose();
    if (this.#swaps && device.sent.length > 1 && random.chance(0.1)) {
      // An old copy turns up after newer ones.
      this.#append(device, random.pick(device.sent.slice(0, -1)));
      this.happened.swapped++;
    }
    if (!device.pending || !random.chance(0.7)) return;
    if (device.pending.part) this.happened.partial++;
    const copies = random.chance(0.2) ? 3 : 1;
    if (copies > 1) this.happened.repeated++;
    for (let copy = 0; copy < copies; copy++) this.#append(device, device.pending.envelope);
    if (random.chance(0.3)) this.happened.ackLost++;
    else {
      device.acknowledge();
      this.obey(device);
    }
  }

  settle(device: ModelDevice): void {
    device.compose();
    if (device.pending) this.#append(device, device.pending.envelope);
    device.acknowledge();
  }

  obey(device: ModelDevice): void {
    for (const directive of this.#control.directivesFor(device.deviceId, device.epochId)) {
      if (directive.resync) device.resync(directive.sequence ?? 0);
    }
  }

  sendEvidence(world: readonly ModelExecutable[]): void {
    const { privateKey } = generateKeyPairSync('ed25519');
    const records = world.map(({ id, evidence }) => ({
      executableId: Buffer.from(id, 'hex').reverse(),
      evidence,
      encodingVersion: 1,
    }));
    const envelope = sealEnvelope('EvidenceBatch', EvidenceBatch.encode({ records }).finish(), {
      keyId: '0'.repeat(16),
      privateKey,
    });
    this.#push('evidence', '00000000000000aa', envelope);
  }

  /** A random part of what waits; now and then the processor dies between two of its writes. */
  async processSome(): Promise<void> {
    while (this.#processed < this.#records.length && this.#random.chance(0.8)) {
      const count = 1 + this.#random.below(this.#largestRange);
      if (this.#random.chance(0.5)) await this.#crashing(count);
      else await this.#process(count, clickhouse);
    }
  }

  async processAll(): Promise<void> {
    while (this.#processed < this.#records.length) await this.#process(500, clickhouse);
  }

  async #crashing(count: number): Promise<void> {
    let writes = this.#random.below(8);
    const dying: ClickHouse = {
      ...clickhouse,
      insert: (table, block) =>
        writes-- > 0 ? clickhouse.insert(table, block) : Promise.reject(new Error('killed')),
    };
    const died = await this.#process(count, dying).then(
      () => false,
      () => true,
    );
    if (died) this.happened.crashed++;
    // What the process remembered dies with it.
    this.#heads = new EpochHeadCache(100_000);
    this.#announced = new AnnouncedExecutables();
  }

  async #process(count: number, through: ClickHouse): Promise<void> {
    const range = this.#records.slice(this.#processed, this.#processed + count);
    await processRange(range, this.#processed + range.length, {
      clickhouse: through,
      control: this.#control,
      heads: this.#heads,
      announced: this.#announced,
      inForce: () => NO_CATALOGUE,
      now: () => NOW,
    });
    this.#processed += range.length;
  }

  #append(device: ModelDevice, envelope: Uint8Array): void {
    this.#push('report', device.deviceId, envelope);
  }

  #push(kind: StreamRecord['kind'], deviceId: string, envelope: Uint8Array): void {
    this.#records.push({
      kind,
      deviceId,
      receivedAt: NOW,
      envelope,
      offset: this.#records.length + 1,
      partition: 0,
    });
  }
}

async function installedInTables(): Promise<string[]> {
  const rows = await clickhouse.rows<{ line: string }>(
    `SELECT concat(device_id, ' ', arrayStringConcat(arraySort(groupArray(executable_id)), ',')) AS line
     FROM {final}.installations GROUP BY device_id ORDER BY device_id`,
  );
  return rows.map(({ line }) => line).sort();
}

function installedInTruth(devices: readonly ModelDevice[]): string[] {
  return devices
    .filter(({ installed }) => installed.size > 0)
    .map(({ deviceId, installed }) => `${deviceId} ${[...installed.keys()].sort().join(',')}`)
    .sort();
}

async function usageInTables(table: 'usage_daily' | 'device_usage_daily'): Promise<string[]> {
  const rows = await clickhouse.rows<{ line: string }>(
    `SELECT concat(device_id, ' ', toString(toUInt32(day)), ' ', application, ' ', toString(seconds), ' ', toString(launches)) AS line
     FROM {final}.${table}`,
  );
  return rows.map(({ line }) => line).sort();
}

/** What the view of persons says, of all persons of a device together: it has its own text of the same rules. */
async function usageOfPeople(): Promise<string[]> {
  const rows = await clickhouse.rows<{ line: string }>(
    `SELECT concat(device_id, ' ', toString(toUInt32(day)), ' ', application, ' ', toString(least(sum(seconds), 86400)), ' ',
       toString(sum(launches))) AS line
     FROM {person}.user_usage_daily GROUP BY device_id, day, application`,
  );
  return rows.map(({ line }) => line).sort();
}

/** The rule of the aggregate, said again from the design: runs add up, marks bound the sum, users add up, a day is a day. */
function usageInTruth(devices: readonly ModelDevice[]): string[] {
  const lines: string[] = [];
  for (const device of devices) {
    const groups = Map.groupBy(
      device.usage.values(),
      ({ day, executable }) => `${day} ${executable.packageName}`,
    );
    for (const [group, values] of groups) {
      let seconds = 0;
      for (const ofUser of Map.groupBy(values, ({ user }) => user).values()) {
        const marks = new Set(ofUser.flatMap(({ slots }) => [...slots]));
        const sum = ofUser.reduce((total, value) => total + value.seconds, 0);
        seconds += Math.min(sum, 300 * marks.size, 86_400);
      }
      const launches = values.reduce((total, value) => total + value.launches, 0);
      lines.push(`${device.deviceId} ${group} ${Math.min(seconds, 86_400)} ${launches}`);
    }
  }
  return lines.sort();
}
