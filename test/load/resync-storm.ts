/**
 * Devices that have to tell a collector everything again, all at once: those whose key it does not know any more, and
 * those whose key it knows and whose inventory it lost. They wait when they are told to, as agents do.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Acknowledgement, type AcknowledgementFields, EnrolResponse } from '@fleetmeter/proto';
import { type ApiPath, HttpExchange } from '../../agent/src/send/http-exchange.ts';
import { readAnswer } from '../../agent/src/send/read-answer.ts';
import { retryDelayMs, retryLimits } from '../../agent/src/send/retry-schedule.ts';
import { SeededRandom } from '../model/seeded-random.ts';
import type { Fleet } from './fleet.ts';
import { acceptAcknowledgement, composePending, enrolRequest } from './simulated-device.ts';

export interface StormOptions {
  url: string;
  fleet: Fleet;
  joinSecret: string;
  /** Hour that the devices report. */
  hour: number;
  /** Devices that nobody knows any more. */
  strangers: readonly number[];
  /** Enrolled devices of whose reports nothing is left. */
  lost: readonly number[];
  /** Within which all of them first ask. */
  spreadMs: number;
  /** Of devices that were not told when to report again. */
  reportIntervalMs: number;
}

export interface StormOutcome {
  /** From the first request to the acknowledgement of the last baseline. */
  seconds: number;
  /** Times that a device was told to come later. */
  postponed: number;
  /** Reports of lost devices that were no baselines: each costs the collector an empty report. */
  emptyReports: number;
}

/** Few: this process stands for many computers, and after it had to wait itself it must not send in heaps as none of them would. */
const CONNECTIONS = 8;
const LIMITS = retryLimits(1);
/** What a lost device had said before. */
const LOST_AT_SEQUENCE = 5;

export async function playStorm(options: StormOptions): Promise<StormOutcome> {
  const { url, fleet, hour, spreadMs } = options;
  const { world } = fleet;
  const random = new SeededRandom(world.history.population.size.seed);
  const exchanges = Array.from({ length: CONNECTIONS }, () => new HttpExchange(() => url));
  const free = [...exchanges];
  const waiting: (() => void)[] = [];
  const outcome: StormOutcome = { seconds: 0, postponed: 0, emptyReports: 0 };

  /** The same bytes until they are accepted. */
  const deliver = async (path: ApiPath, envelope: Uint8Array): Promise<Uint8Array> => {
    for (let failures = 1; ; failures++) {
      while (free.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      const exchange = free.pop() as HttpExchange;
      let verdict: ReturnType<typeof readAnswer>;
      try {
        const answer = await exchange.post(path, envelope, new AbortController().signal);
        verdict = readAnswer(answer, Date.now());
      } finally {
        free.push(exchange);
        waiting.shift()?.();
      }
      if (verdict.is === 'answer') return verdict.body;
      if (verdict.is !== 'retry') throw new Error(`${path} was refused: ${JSON.stringify(verdict)}`);
      outcome.postponed++;
      await sleep(retryDelayMs(failures, LIMITS, random.next(), verdict.retryAfterMs));
    }
  };
  const report = async (device: number): Promise<AcknowledgementFields> => {
    const pending = composePending(world, device, hour);
    const acknowledgement = Acknowledgement.decode(await deliver('/v1/report', pending.envelope));
    acceptAcknowledgement(world, pending, acknowledgement);
    return acknowledgement;
  };
  const comeAsStranger = async (device: number): Promise<void> => {
    await sleep(random.next() * spreadMs);
    const body = await deliver('/v1/enrol', enrolRequest(world, device, options.joinSecret));
    world.memory.enrol(device, EnrolResponse.decode(body).deviceId);
    await report(device);
  };
  const goOnAsIfNothingWere = async (device: number): Promise<void> => {
    world.memory.sequence[device] = LOST_AT_SEQUENCE;
    world.memory.baselineSequence[device] = 1;
    world.memory.inventoryHour[device] = hour;
    await sleep(random.next() * spreadMs);
    const asked = (): boolean => world.memory.baselineWanted[device] === 1;
    while (!asked()) {
      const { nextReportInSeconds } = await report(device);
      outcome.emptyReports++;
      if (asked()) break;
      if (typeof nextReportInSeconds === 'number') outcome.postponed++;
      await sleep(
        typeof nextReportInSeconds === 'number' ? nextReportInSeconds * 1000 : options.reportIntervalMs,
      );
    }
    await report(device);
  };

  const began = performance.now();
  await Promise.all([...options.strangers.map(comeAsStranger), ...options.lost.map(goOnAsIfNothingWere)]);
  outcome.seconds = (performance.now() - began) / 1000;
  await Promise.all(exchanges.map((exchange) => exchange.close()));
  return outcome;
}
