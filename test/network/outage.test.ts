/**
 * A week without collector (R24): agents go on metering into their real stores, and when it is back everything arrives.
 * The state grows with distinct keys (days, programs), never with time, flushes or tries.
 */

import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TrustingExchange } from '../../agent/src/send/trusting-exchange.ts';
import { StateLimit } from '../../agent/src/store/state-limit.ts';
import { tidyStore } from '../../agent/src/store/upkeep.ts';
import type { Authority } from '../../collector/src/authority/authority.ts';
import { openAuthority } from '../../collector/src/authority/own-authority.ts';
import {
  type ReceivingCollector,
  startReceiving,
} from '../../collector/src/receive/fixtures/receiving-collector.ts';
import { FULL } from '../full-run.ts';
import { SeededRandom } from '../model/seeded-random.ts';
import { arrivedOf } from './arrived.ts';
import { fileOf, ReportingDevice } from './reporting-device.ts';
import { SwitchedExchange } from './switched-exchange.ts';

const AGENTS = FULL ? 200 : 20;
const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 2 ** 31);
const DAYS = 7;
const DAY_MS = 86_400_000;
const PROGRAMS = 300;
const USED_A_DAY = 30;
const FLUSHES_A_DAY = 4;
/** Of an agent's database after the week, and of everything in its state folder: the log beside it may have 4 MiB. */
const DATABASE_CAP_BYTES = 1024 * 1024;
const FOLDER_CAP_BYTES = 6 * 1024 * 1024;

let folder: string;
let authority: Authority;
let collector: ReceivingCollector;
let url: string;
let down = false;
const devices: { device: ReportingDevice; exchange: SwitchedExchange }[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-outage-'));
  authority = await openAuthority({ folder, names: ['127.0.0.1'], now: Date.now });
  collector = await startReceiving();
  const { port } = await collector.listen({ tls: authority.secureContext() });
  url = `https://127.0.0.1:${port}`;
});
afterAll(async () => {
  for (const { device } of devices) await device.close();
  await collector?.close();
  rmSync(folder, { recursive: true, force: true });
});

const random = new SeededRandom(SEED);

function newDevice(number: number): ReportingDevice {
  const exchanges: SwitchedExchange[] = [];
  const device: ReportingDevice = new ReportingDevice({
    ...{ url, secret: collector.secret, hostname: `host-${number}`, reportIntervalSeconds: 3600 },
    random: () => random.next(),
    exchange: (stateFolder) => {
      const up = new TrustingExchange(
        { url: () => url, authorities: () => authority.fingerprints },
        stateFolder,
      );
      exchanges.push(
        new SwitchedExchange(
          up,
          () => down,
          () => device.clock.ms,
        ),
      );
      return exchanges[0] as SwitchedExchange;
    },
  });
  devices.push({ device, exchange: exchanges[0] as SwitchedExchange });
  return device;
}

const idOf = (path: string, version: string): string =>
  identifyEvidence(encodeEvidence(fileOf(path, version).evidence)).executableId;

/** What a quarter of a day does to a device: thirty programs used a day, and some software changed. */
function quarter(device: ReportingDevice, flushes: number): void {
  const day = Math.floor(device.clock.ms / DAY_MS);
  for (let change = 0; change < 2; change++)
    device.install(`/usr/bin/program-${random.below(PROGRAMS)}`, `version ${day}`);
  device.remove(`/usr/bin/program-${random.below(PROGRAMS)}`);
  const [...paths] = device.installed.keys();
  const used = Array.from({ length: USED_A_DAY }, (_, index) => {
    const path = paths[(day * 7 + index) % paths.length] as string;
    return idOf(path, device.installed.get(path)?.identity.mtimeNs ?? '');
  });
  for (let flush = 0; flush < flushes; flush++)
    device.flush(used.map((id) => device.use(id, Math.ceil(300 / flushes), random.below(288))));
}

/** The device lives on, with nobody to report to. */
async function liveOn(device: ReportingDevice, flushes = 1): Promise<number[]> {
  const limit = new StateLimit(device.store, () => device.clock.day);
  const sizes: number[] = [];
  const beginsMs = device.clock.ms;
  for (let step = 0; step < DAYS * FLUSHES_A_DAY; step++) {
    quarter(device, flushes);
    const untilMs = beginsMs + ((step + 1) * DAY_MS) / FLUSHES_A_DAY;
    while (device.clock.ms < untilMs) {
      const leftMs = untilMs - device.clock.ms;
      const waitMs = await device.turn();
      // A wait that goes beyond this quarter goes on in the next; the courier is asked a little early then.
      if (waitMs > leftMs) device.clock.ms = untilMs;
    }
    if ((step + 1) % FLUSHES_A_DAY > 0) continue;
    expect(tidyStore(device.store, device.clock.day)).toBe(0);
    expect(limit.keep()).toEqual({ acknowledged: 0, unreported: 0 });
    sizes.push(device.store.room().usedBytes);
  }
  return sizes;
}

const bytesOf = (path: string): number =>
  readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0);
const kib = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KiB`;

test(`${AGENTS} agents, ${DAYS} days without collector, all of it arrives then (FLEETMETER_SEED=${SEED})`, async () => {
  for (let number = 0; number < AGENTS; number++) {
    const device = newDevice(number);
    for (let program = 0; program < PROGRAMS; program++)
      device.install(`/usr/bin/program-${program}`, number % 2 ? 'version 0' : 'version zero');
    await device.settle();
  }
  down = true;
  const weeks: number[][] = [];
  const before = devices.map(({ device }) => device.store.room().usedBytes);
  for (const { device } of devices) weeks.push(await liveOn(device));

  const folders = devices.map(({ device }) => bytesOf(device.folder));
  const mean = (values: number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
  const afterDays = Array.from({ length: DAYS }, (_, day) =>
    kib(mean(weeks.map((sizes) => sizes[day] ?? 0))),
  );
  console.log(`database before: ${kib(mean(before))}; after each day: ${afterDays.join(', ')}`);
  console.log(
    `state folder after the week: mean ${kib(mean(folders))}, largest ${kib(Math.max(...folders))}`,
  );
  expect(Math.max(...weeks.flat())).toBeLessThan(DATABASE_CAP_BYTES);
  expect(Math.max(...folders)).toBeLessThan(FOLDER_CAP_BYTES);
  const tries = devices.map(({ exchange }) => exchange.triesInVain.length);
  console.log(
    `tries in vain: ${mean(tries).toFixed(0)} a device, one per ${((DAYS * 86_400) / mean(tries)).toFixed(0)} s`,
  );
  expect(Math.max(...tries)).toBeLessThanOrEqual((DAYS * 86_400) / 30);

  down = false;
  const began = performance.now();
  const waiting = [...devices];
  const taking = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) await next.device.settle();
  };
  await Promise.all(Array.from({ length: 8 }, taking));
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `caught up in ${seconds.toFixed(1)} s of real time: ${((DAYS * 86_400) / seconds).toFixed(0)} times as fast as it came to be`,
  );
  expect((DAYS * 86_400) / seconds).toBeGreaterThan(10);
  expect(Math.max(...devices.map(({ exchange }) => exchange.mostAtOnce))).toBe(1);

  const arrived = await arrivedOf(collector.stream);
  let [rows, seconds_] = [0, 0];
  for (const { device } of devices) {
    const of = arrived.get(device.store.facts.read('enrolment')?.deviceId ?? '');
    const truth = [...device.used].map(([key, row]) => [key, row.seconds, row.launches.user]);
    const got = [...(of?.usage ?? [])].map(([key, value]) => [key, value.seconds, value.launches]);
    expect(got.sort()).toEqual(truth.sort());
    expect([...(of?.inventory ?? [])].sort()).toEqual(
      [
        ...new Set(
          [...device.installed.values()].map(
            ({ evidence }) => identifyEvidence(encodeEvidence(evidence)).executableId,
          ),
        ),
      ].sort(),
    );
    expect([of?.gaps, device.courier.counts.refused]).toEqual([0, 0]);
    rows += truth.length;
    for (const [, each] of truth) seconds_ += each as number;
  }
  console.log(`equal to the truth: ${rows} values of use, ${seconds_} s, of ${AGENTS} agents`);
}, 600_000);

test('thirty times as many flushes leave the state as large', async () => {
  down = false;
  const sizes: number[] = [];
  for (const flushes of [1, 30]) {
    const device = newDevice(AGENTS + flushes);
    down = false;
    for (let program = 0; program < PROGRAMS; program++)
      device.install(`/usr/bin/program-${program}`, 'version 0');
    await device.settle();
    down = true;
    sizes.push((await liveOn(device, flushes)).at(-1) ?? 0);
  }
  console.log(`database after a week: ${sizes.map(kib).join(' with 4 flushes a day, ')} with 120`);
  expect(sizes[1] as number).toBeLessThan((sizes[0] as number) * 1.1);
}, 120_000);
