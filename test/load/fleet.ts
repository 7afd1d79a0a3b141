/**
 * The fleet talks to a collector: every device enrols, reports, obeys, and sends the same bytes again until it is
 * told that they are durable. Devices share kept-alive connections; what a device keeps is in FleetMemory.
 */
import {
  Acknowledgement,
  type AcknowledgementFields,
  EnrolResponse,
  EvidenceBatch,
  type ExecutableId,
  sealEnvelope,
} from '@fleetmeter/proto';
import { EvidenceQueue } from '../../agent/src/send/evidence-queue.ts';
import { type ApiPath, HttpExchange } from '../../agent/src/send/http-exchange.ts';
import { readAnswer } from '../../agent/src/send/read-answer.ts';
import { retryDelayMs, retryLimits } from '../../agent/src/send/retry-schedule.ts';
import { SeededRandom } from '../model/seeded-random.ts';
import { DeviceHistory } from './device-history.ts';
import { deviceKey } from './device-secrets.ts';
import { ExecutableCatalogue } from './executable-catalogue.ts';
import { FleetMemory } from './fleet-memory.ts';
import { Population, type PopulationSize } from './population.ts';
import {
  acceptAcknowledgement,
  composePending,
  enrolRequest,
  obey,
  type PendingReport,
  type SimulatedWorld,
} from './simulated-device.ts';
import { UsageHistory } from './usage-history.ts';

export interface FleetOptions extends PopulationSize {
  /** Days since 1970 of the first day. */
  firstDay: number;
  /** Hour of the first day from which programs are metered. */
  meterHour: number;
  /** Kept-alive connections. */
  connections: number;
  /** What the devices join with. */
  joinSecret: string;
}

/** Somebody watches: retries stay as close together as with an agent that reports every second. */
const RETRY_LIMITS = retryLimits(1);
/** Envelopes composed before they are sent, so that the collector gets them as fast as it takes them. */
const COMPOSED_AHEAD = 5_000;

export class Fleet {
  readonly world: SimulatedWorld;
  /** Resent after a lost answer or a refusal to take more now. */
  retries = 0;
  evidenceSent = 0;
  bytesSent = 0;
  readonly #heldEvidence: { device: number; wanted: ExecutableId[] }[] = [];
  readonly #exchanges: HttpExchange[];
  readonly #random: SeededRandom;
  readonly #joinSecret: string;

  constructor(collectorUrl: string, options: FleetOptions) {
    const population = new Population(options);
    const history = new DeviceHistory(population, new ExecutableCatalogue(population));
    this.world = {
      history,
      usage: new UsageHistory(history),
      memory: new FleetMemory(options.devices, options.meterHour),
      firstDay: options.firstDay,
      meterHour: options.meterHour,
      collectorId: new Uint8Array(16),
    };
    this.#exchanges = Array.from({ length: options.connections }, () => new HttpExchange(() => collectorUrl));
    this.#joinSecret = options.joinSecret;
    this.#random = new SeededRandom(options.seed);
  }

  async enrol(devices: readonly number[]): Promise<void> {
    await this.#each(devices, async (device, exchange) => {
      const body = await this.#deliver(
        exchange,
        '/v1/enrol',
        enrolRequest(this.world, device, this.#joinSecret),
      );
      const { deviceId, collectorId } = EnrolResponse.decode(body);
      this.world.memory.enrol(device, deviceId);
      this.world.collectorId = Uint8Array.from(collectorId);
    });
  }

  /**
   * Each device reports everything before `hour`, and once more while it is asked for a baseline. `composed` is called
   * before the sending of each part begins: composing is no work of the collector's.
   */
  async report(
    devices: readonly number[],
    hour: number,
    { composed, holdEvidence = false }: { composed?: () => void; holdEvidence?: boolean } = {},
  ): Promise<void> {
    for (let at = 0; at < devices.length; at += COMPOSED_AHEAD) {
      const part = devices.slice(at, at + COMPOSED_AHEAD);
      const pending = part.map((device) => composePending(this.world, device, hour));
      composed?.();
      await this.#each(pending, (each, exchange) => this.#send(each, exchange, holdEvidence));
    }
  }

  /** What devices were asked for and held back. */
  async sendHeldEvidence(): Promise<void> {
    const held = this.#heldEvidence.splice(0);
    await this.#each(held, ({ device, wanted }, exchange) => this.#sendEvidence(device, wanted, exchange));
  }

  /**
   * The bytes of a device's next report, taken as acknowledged, so that the one after it can be composed before this
   * one is sent. Whoever sends them hands what the answers ask for to `obey`.
   */
  composeAhead(device: number, hour: number): Uint8Array {
    const pending = composePending(this.world, device, hour);
    acceptAcknowledgement(this.world, pending, { acceptedSequence: pending.sequence });
    return pending.envelope;
  }

  /** Does at once, or with the device's next report, what the acknowledgement asks for. */
  async obey(device: number, acknowledgement: AcknowledgementFields): Promise<void> {
    const wanted = obey(this.world, device, acknowledgement);
    if (wanted.length > 0) await this.#sendEvidence(device, wanted, this.#exchanges[0] as HttpExchange);
  }

  /** Devices that were asked for a baseline or for usage since they last reported. */
  dueAgain(hour: number): number[] {
    const { memory } = this.world;
    const due: number[] = [];
    for (let device = 0; device < memory.devices; device++)
      if (memory.baselineWanted[device] === 1 || (memory.usageHour[device] as number) < hour)
        due.push(device);
    return due;
  }

  async close(): Promise<void> {
    await Promise.all(this.#exchanges.map((exchange) => exchange.close()));
  }

  async #send(pending: PendingReport, exchange: HttpExchange, holdEvidence: boolean): Promise<void> {
    const body = await this.#deliver(exchange, '/v1/report', pending.envelope);
    const wanted = acceptAcknowledgement(this.world, pending, Acknowledgement.decode(body));
    if (wanted.length > 0 && holdEvidence) this.#heldEvidence.push({ device: pending.device, wanted });
    else if (wanted.length > 0) await this.#sendEvidence(pending.device, wanted, exchange);
    if (this.world.memory.baselineWanted[pending.device] === 1)
      await this.#send(composePending(this.world, pending.device, pending.hour), exchange, holdEvidence);
  }

  async #sendEvidence(device: number, wanted: ExecutableId[], exchange: HttpExchange): Promise<void> {
    const { catalogue, population } = this.world.history;
    const queue = new EvidenceQueue((id) => {
      const executable = catalogue.numberOf(id);
      return executable === undefined ? undefined : catalogue.evidenceOf(executable);
    });
    queue.want(wanted, performance.now());
    const address = { collectorId: this.world.collectorId, deviceId: this.world.memory.deviceId(device) };
    const key = deviceKey(population.size.seed, device);
    for (let batch = queue.nextBatch(); batch; batch = queue.nextBatch()) {
      const message = EvidenceBatch.encode({ ...address, records: batch.records }).finish();
      const body = await this.#deliver(exchange, '/v1/evidence', sealEnvelope('EvidenceBatch', message, key));
      queue.settle(batch, true, performance.now());
      queue.want(obey(this.world, device, Acknowledgement.decode(body)), performance.now());
    }
    if (queue.missing > 0) throw new Error(`device ${device} was asked for evidence that it never had`);
    this.evidenceSent += queue.sent;
  }

  /** The same bytes until the answer proves that they are durable. A refusal for good is a fault of this simulation. */
  async #deliver(exchange: HttpExchange, path: ApiPath, envelope: Uint8Array): Promise<Uint8Array> {
    for (let failures = 0; ; ) {
      let asked = 0;
      try {
        const answer = await exchange.post(path, envelope, new AbortController().signal);
        const verdict = readAnswer(answer, performance.timeOrigin + performance.now());
        this.bytesSent += envelope.length;
        if (verdict.is === 'answer') return verdict.body;
        if (verdict.is !== 'retry') throw new RefusedError(`${path} was refused: ${JSON.stringify(verdict)}`);
        asked = verdict.retryAfterMs;
      } catch (error) {
        if (error instanceof RefusedError) throw error;
      }
      failures++;
      this.retries++;
      const delay = retryDelayMs(failures, RETRY_LIMITS, this.#random.next(), asked);
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }

  /** All of them, as many at a time as there are connections. */
  async #each<T>(
    items: readonly T[],
    act: (item: T, exchange: HttpExchange) => Promise<void>,
  ): Promise<void> {
    let next = 0;
    await Promise.all(
      this.#exchanges.map(async (exchange) => {
        while (next < items.length) await act(items[next++] as T, exchange);
      }),
    );
  }
}

class RefusedError extends Error {
  override name = 'RefusedError';
}
