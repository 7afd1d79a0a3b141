/** How a fleet behaves towards a collector that is gone, or that asks for patience. */

import { ANSWER_CONTENT_TYPE, EnrolResponse } from '@fleetmeter/proto';
import { afterEach, describe, expect, test } from 'vitest';
import type { Exchange, HttpAnswer } from '../../agent/src/send/http-exchange.ts';
import { SeededRandom } from '../model/seeded-random.ts';
import { DAY, ReportingDevice } from './reporting-device.ts';
import { NOBODY, SwitchedExchange } from './switched-exchange.ts';

const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 2 ** 31);
const DEVICES = 200;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const devices: ReportingDevice[] = [];
afterEach(async () => {
  for (const device of devices.splice(0)) await device.close();
});

function newDevice(
  exchange: (device: () => ReportingDevice) => Exchange,
  random: () => number,
): ReportingDevice {
  const device: ReportingDevice = new ReportingDevice({
    ...{
      url: 'https://fleet.example',
      secret: 'x',
      hostname: `host-${devices.length}`,
      reportIntervalSeconds: 3600,
    },
    ...{ random, exchange: () => exchange(() => device), transient: true },
  });
  devices.push(device);
  return device;
}

test(`a fleet that lost its collector asks rarely, each device on its own time (FLEETMETER_SEED=${SEED})`, async () => {
  const random = new SeededRandom(SEED);
  const tries: number[][] = [];
  /** Waits as shares of the bound that doubles: full jitter draws them from all of [0, 1). */
  const shares: number[] = [];
  for (let each = 0; each < DEVICES; each++) {
    const exchanges: SwitchedExchange[] = [];
    const device = newDevice(
      (of) => {
        exchanges.push(
          new SwitchedExchange(
            NOBODY,
            () => true,
            () => of().clock.ms,
          ),
        );
        return exchanges[0] as SwitchedExchange;
      },
      () => random.next(),
    );
    while (device.clock.ms < DAY_MS) await device.turn();
    tries.push(exchanges[0]?.triesInVain ?? []);
    shares.push(...device.waits.map((wait, failure) => wait / Math.min(3_600_000, 60_000 * 2 ** failure)));
  }
  for (const minutes of [2, 10, 60, 1440]) {
    const counts = tries.map((times) => times.filter((ms) => ms < minutes * MINUTE_MS).length);
    const mean = counts.reduce((sum, count) => sum + count, 0) / DEVICES;
    console.log(
      `${minutes} min without collector: ${mean.toFixed(1)} tries a device, one per ${((minutes * 60) / mean).toFixed(0)} s; most ${Math.max(...counts)}`,
    );
    expect((minutes * 60) / mean).toBeGreaterThanOrEqual(30);
  }
  shares.sort((a, b) => a - b);
  const distance = Math.max(...shares.map((share, index) => Math.abs(share - index / shares.length)));
  console.log(`waits against uniform jitter: distance ${distance.toFixed(3)} over ${shares.length}`);
  expect(distance).toBeLessThan(0.04);
  // All met the outage in the same moment; an hour later nothing is left of that.
  const inMinutes = new Map<number, number>();
  for (const ms of tries.flat().filter((ms) => ms > 3 * 3_600_000)) {
    const minute = Math.floor(ms / MINUTE_MS);
    inMinutes.set(minute, (inMinutes.get(minute) ?? 0) + 1);
  }
  console.log(
    `most tries of ${DEVICES} devices in one minute, from the fourth hour on: ${Math.max(...inMinutes.values())}`,
  );
  expect(Math.max(...inMinutes.values())).toBeLessThan(DEVICES / 5);
});

describe('Retry-After', () => {
  const problem = (status: number, retryAfter: string): HttpAnswer => ({
    ...{ status, contentType: 'application/problem+json', retryAfter },
    body: Buffer.from(JSON.stringify({ code: 'overloaded', detail: 'later', permanent: false })),
  });
  const admitted: HttpAnswer = {
    ...{ status: 200, contentType: ANSWER_CONTENT_TYPE, retryAfter: undefined },
    body: EnrolResponse.encode({ deviceId: new Uint8Array(8), collectorId: new Uint8Array(16) }).finish(),
  };
  const answering = (answer: (path: string) => HttpAnswer): Exchange => ({
    sentBytes: 0,
    post: async (path) => answer(path),
    close: async () => {},
  });
  const inSeconds = (seconds: number) => new Date(DAY * DAY_MS + seconds * 1000).toUTCString();

  test.each([
    [429, '120', 120],
    [503, '120', 120],
    [503, inSeconds(7_200), 7_200],
    [503, '100000000', 86_400],
    [503, inSeconds(900_000), 86_400],
  ])(
    '%i with %s: a device that joins waits at least %i s, and at most a tenth more',
    async (status, header, seconds) => {
      for (const chance of [0, 0.999]) {
        const device = newDevice(
          () => answering(() => problem(status, header)),
          () => chance,
        );
        const waitMs = await device.turn();
        expect(waitMs).toBeGreaterThanOrEqual(seconds * 1000);
        expect(waitMs).toBeLessThanOrEqual(seconds * 1100);
      }
    },
  );

  test('a report waits as well, and is the same one afterwards', async () => {
    let busy = true;
    const device = newDevice(
      () => answering((path) => (path === '/v1/enrol' || !busy ? admitted : problem(503, '1800'))),
      () => 0,
    );
    await device.turn();
    expect(await device.turn()).toBe(1_800_000);
    const inFlight = device.store.outbox.pending()?.envelope;
    busy = false;
    await device.turn();
    expect(device.store.outbox.pending()?.envelope).toEqual(inFlight);
  });

  test.each(['', 'soon', '-5', '1e3', inSeconds(-60)])('%j asks for nothing', async (header) => {
    const device = newDevice(
      () => answering(() => problem(503, header)),
      () => 0,
    );
    expect(await device.turn()).toBe(0);
  });
});
