/**
 * Bad networks (R23): the real courier, store and TLS of the agent, the real receiving half of the collector, and a
 * proxy between them that does what networks do. Once a network heals, everything arrives; while it does not, nobody
 * but the collector is believed, and no wait is without end.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ExchangePatience } from '../../agent/src/send/http-exchange.ts';
import { TrustingExchange } from '../../agent/src/send/trusting-exchange.ts';
import type { Authority } from '../../collector/src/authority/authority.ts';
import { openAuthority } from '../../collector/src/authority/own-authority.ts';
import {
  type ReceivingCollector,
  startReceiving,
} from '../../collector/src/receive/fixtures/receiving-collector.ts';
import { SeededRandom } from '../model/seeded-random.ts';
import { type Arrived, arrivedOf } from './arrived.ts';
import {
  answering,
  delaying,
  FaultProxy,
  halfOpen,
  leadingTo,
  losing,
  passing,
  type Toxic,
  tearing,
  trickling,
} from './fault-proxy.ts';
import { type Front, listenFront, SIGN_IN_PAGE, signInPage, signInRedirect, twice } from './fronts.ts';
import { fileOf, ReportingDevice } from './reporting-device.ts';

const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 2 ** 31);
/** The agent's own are ten to a hundred times as long; what the proxy does is as much quicker. */
const PATIENCE: ExchangePatience = { connectMs: 700, answerMs: 700, wholeMs: 1400, perKibMs: 0 };
/** Large enough to be torn in its middle. */
const FILES = 2_000;

let folder: string;
let authority: Authority;
let otherAuthority: Authority;
let collector: ReceivingCollector;
let proxy: FaultProxy;
let url: string;
/** Called when a record is on stable storage, before it is acknowledged. */
let onStored = (): void => {};
const fronts: Front[] = [];
let plainPort: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-bad-network-'));
  const opening = (name: string) =>
    openAuthority({ folder: join(folder, name), names: ['127.0.0.1'], now: Date.now });
  [authority, otherAuthority] = [await opening('own'), await opening('other')];
  collector = await startReceiving();
  plainPort = collector.port;
  const { port } = await collector.listen({
    tls: authority.secureContext(),
    stream: {
      append: async (record) => {
        const offset = await collector.stream.append(record);
        onStored();
        return offset;
      },
    },
  });
  proxy = new FaultProxy(() => port);
  url = `https://127.0.0.1:${await proxy.listen()}`;
});
afterAll(async () => {
  for (const front of fronts) await front.close();
  await proxy?.close();
  await collector?.close();
  rmSync(folder, { recursive: true, force: true });
});

let device: ReportingDevice;
let random: SeededRandom;
let devices = 0;
beforeEach(() => {
  random = new SeededRandom(SEED + devices);
  onStored = () => {};
  proxy.heal();
  device = newDevice();
});
afterEach(() => device.close());

function newDevice(): ReportingDevice {
  return new ReportingDevice({
    ...{ url, secret: collector.secret, hostname: `host-${devices++}`, reportIntervalSeconds: 3600 },
    random: () => random.next(),
    exchange: (stateFolder) =>
      new TrustingExchange(
        { url: () => url, authorities: () => authority.fingerprints },
        stateFolder,
        undefined,
        { patience: PATIENCE },
      ),
  });
}

async function front(...of: Parameters<typeof listenFront>): Promise<Front> {
  const one = await listenFront(...of);
  fronts.push(one);
  return one;
}

const idOf = (path: string, content: string): string =>
  identifyEvidence(encodeEvidence(fileOf(path, content).evidence)).executableId;

/** A software update, and some use of it. */
function live(version: string): void {
  for (let file = 0; file < FILES; file++) device.install(`/opt/${devices}/${file}`, `${version} ${file}`);
  device.remove(`/opt/${devices}/7`);
  device.flush(
    [1, 2, 3].map((file) => device.use(idOf(`/opt/${devices}/${file}`, `${version} ${file}`), 60, file)),
  );
}

async function arrived(): Promise<Arrived> {
  const deviceId = device.store.facts.read('enrolment')?.deviceId ?? '';
  const of = (await arrivedOf(collector.stream)).get(deviceId);
  if (!of) throw new Error(`nothing of ${deviceId} arrived`);
  return of;
}

/** Truth and tables end equal: all of it, and nothing else. */
async function expectAllOfIt(): Promise<Arrived> {
  const of = await arrived();
  const installed = [...device.installed].map(
    ([, { evidence }]) => identifyEvidence(encodeEvidence(evidence)).executableId,
  );
  expect([...of.inventory].sort()).toEqual(installed.sort());
  const values = [...of.usage].map(([key, { seconds, launches, slots }]) => [
    key,
    seconds,
    launches,
    slots.size,
  ]);
  const used = [...device.used].map(([key, { seconds, launches, slots }]) => [
    ...[key, seconds, launches.user],
    slots.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0),
  ]);
  expect(values.sort()).toEqual(used.sort());
  expect(of.gaps).toBe(0);
  expect(device.courier.counts.refused).toBe(0);
  return of;
}

/** An agent that is in touch meets the toxic with a large report on its way; then the network heals. */
async function suffer(
  toxic: Toxic,
  turns: number,
): Promise<{ acknowledged: number; why: string; slowestMs: number }> {
  live('first');
  await device.settle();
  live('second');
  device.clock.ms += 3_600_000;
  const before = device.courier.counts.acknowledged;
  proxy.become(toxic);
  let [why, slowestMs] = ['', 0];
  for (let turn = 0; turn < turns; turn++) {
    const began = performance.now();
    await device.turn();
    slowestMs = Math.max(slowestMs, performance.now() - began);
    why = device.courier.counts.lastFailure ?? why;
  }
  const acknowledged = device.courier.counts.acknowledged - before;
  onStored = () => {};
  proxy.heal();
  await device.settle();
  return { acknowledged, why, slowestMs };
}
/** The longest that anything may take, and what a busy machine adds. */
const BOUND_MS = 2 * PATIENCE.connectMs + PATIENCE.wholeMs + 3_000;

describe(`the network is bad, then heals (FLEETMETER_SEED=${SEED})`, () => {
  test('half of all connections are lost, anywhere in them', async () => {
    await suffer(
      losing(0.5, () => random.next()),
      12,
    );
    await expectAllOfIt();
  });

  test('everything takes two seconds each way, at the scale of these tests', async () => {
    expect((await suffer(delaying(60), 3)).acknowledged).toBeGreaterThan(0);
    await expectAllOfIt();
  });

  test('connections are reset in the middle of the report', async () => {
    const { acknowledged } = await suffer(tearing(9_000, 'up'), 3);
    expect(acknowledged).toBe(0);
    await expectAllOfIt();
  });

  test('connections are reset in the middle of the answer', async () => {
    const { acknowledged } = await suffer(tearing(4_000, 'down'), 3);
    expect(acknowledged).toBe(0);
    expect((await expectAllOfIt()).repeated).toBeGreaterThan(0);
  });

  test('half open: connections are accepted, and nothing ever comes', async () => {
    const { acknowledged, slowestMs } = await suffer(halfOpen, 2);
    expect(acknowledged).toBe(0);
    expect(slowestMs).toBeLessThan(BOUND_MS);
    await expectAllOfIt();
  });

  test('the answer comes byte by byte', async () => {
    const { acknowledged, slowestMs } = await suffer(trickling('down', 8_000, 20), 2);
    expect(acknowledged).toBe(0);
    expect(slowestMs).toBeLessThan(BOUND_MS);
    expect((await expectAllOfIt()).repeated).toBeGreaterThan(0);
  });

  test('the report goes byte by byte', async () => {
    const { acknowledged, slowestMs } = await suffer(trickling('up', 4_000, 20), 2);
    expect(acknowledged).toBe(0);
    expect(slowestMs).toBeLessThan(BOUND_MS);
    await expectAllOfIt();
  });

  test('the acknowledgement is lost after the collector took the report', async () => {
    const dropping: Toxic = (client, dial) => {
      onStored = () => proxy.drop();
      passing(client, dial);
    };
    const { acknowledged } = await suffer(dropping, 3);
    expect(acknowledged).toBe(0);
    expect((await expectAllOfIt()).repeated).toBeGreaterThan(0);
  });

  test('everything is delivered twice', async () => {
    const gateway = await front(authority.secureContext(), twice(plainPort));
    const { acknowledged } = await suffer(leadingTo(gateway.port), 3);
    expect(acknowledged).toBeGreaterThan(0);
    expect((await expectAllOfIt()).repeated).toBeGreaterThan(0);
  });
});

describe('somebody else answers, then the network heals', () => {
  const nobodyBelieved = async (toxic: Toxic, words: RegExp, stranger?: Front): Promise<void> => {
    const { acknowledged, why, slowestMs } = await suffer(toxic, 2);
    expect(acknowledged).toBe(0);
    expect(why).toMatch(words);
    expect(slowestMs).toBeLessThan(BOUND_MS);
    expect(stranger?.posted ?? []).toEqual([]);
    await expectAllOfIt();
  };

  test("a network's sign-in page, in clear", async () => {
    const page = `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${SIGN_IN_PAGE.length}\r\n\r\n${SIGN_IN_PAGE}`;
    await nobodyBelieved(answering(page), /does not speak TLS .* sign-in page/);
  });

  test('a sign-in page and a redirect with the right certificate, as of a gateway of the organisation', async () => {
    for (const [page, words] of [
      [signInPage, /answers in its place: .*200, "text\/html"/],
      [signInRedirect, /answers in its place: it leads elsewhere \(302, "http:\/\/portal.example\/"\)/],
    ] as const) {
      await nobodyBelieved(leadingTo((await front(authority.secureContext(), page)).port), words);
      await device.close();
      device = newDevice();
    }
  });

  test('the certificate of another authority', async () => {
    const stranger = await front(otherAuthority.secureContext(), twice(plainPort));
    await nobodyBelieved(
      leadingTo(stranger.port),
      /shows a certificate by ".+", and none by an authority of the join string/,
      stranger,
    );
  });

  test('TLS 1.2, even with the right certificate', async () => {
    const old = { ...authority.secureContext(), minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
    const stranger = await front(old, twice(plainPort));
    await nobodyBelieved(leadingTo(stranger.port), /speaks no TLS 1\.3/, stranger);
  });
});

test('an agent that has never reached its collector meets all of it, and joins when it is over', async () => {
  live('first');
  const stranger = await front(otherAuthority.secureContext(), twice(plainPort));
  for (const toxic of [
    ...[halfOpen, tearing(300, 'up'), tearing(1_000, 'down'), losing(1, () => random.next(), 300)],
    ...[trickling('down', 100, 20), trickling('up', 100, 20), answering('HTTP/1.1 200 OK\r\n\r\n<html>')],
    leadingTo(stranger.port),
  ]) {
    proxy.become(toxic);
    await device.turn();
    expect(device.store.facts.read('enrolment')).toBeUndefined();
  }
  expect(stranger.posted).toEqual([]);
  proxy.heal();
  await device.settle();
  await expectAllOfIt();
});
