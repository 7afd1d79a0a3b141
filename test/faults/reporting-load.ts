/** Devices that report as fast as they are answered, and remember what was acknowledged. */
import { createHash, randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { post, TestDevice } from '../../collector/src/receive/fixtures/test-device.ts';
import type { SeededRandom } from '../model/seeded-random.ts';

/** By device id: hash of the envelope of each acknowledged report, by sequence. */
export type Acknowledged = Map<string, Map<number, string>>;

const MOST_EXECUTABLES = 1500;

export class ReportingLoad {
  readonly acknowledged: Acknowledged = new Map();
  readonly devices: TestDevice[] = [];
  /** Answers other than 200, by status and code; what got no answer counts as `none`. */
  readonly refused = new Map<string, number>();
  inFlight = 0;
  readonly #random: SeededRandom;
  readonly #secret: string;
  readonly #sequences = new Map<TestDevice, { next: number; unacknowledged: Uint8Array | undefined }>();
  readonly #agent = new Agent({ keepAlive: true });
  #port: number;
  #running: Promise<unknown>[] = [];
  #stopped = false;

  constructor(port: number, secret: string, random: SeededRandom) {
    this.#port = port;
    this.#secret = secret;
    this.#random = random;
  }

  get count(): number {
    return [...this.acknowledged.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Another process, or the same one elsewhere: what was not acknowledged is sent there, byte for byte. */
  moveTo(port: number): void {
    this.#port = port;
  }

  async enrol(): Promise<TestDevice> {
    const device = new TestDevice();
    await device.enrol(this.#port, this.#secret);
    this.devices.push(device);
    this.acknowledged.set(device.deviceHex, new Map());
    this.#sequences.set(device, { next: 1, unacknowledged: undefined });
    return device;
  }

  /** Each device one request at a time, until `stop`. */
  start(): void {
    this.#stopped = false;
    this.#running = this.devices.map(async (device) => {
      while (!this.#stopped)
        if (!(await this.report(device))) await new Promise((resolve) => setTimeout(resolve, 20));
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** The device's next report, or the one that was not acknowledged. True once it is acknowledged. */
  async report(device: TestDevice): Promise<boolean> {
    const state = this.#sequences.get(device);
    if (!state) throw new Error('the device has not joined');
    const envelope = state.unacknowledged ?? this.#compose(device, state.next);
    state.unacknowledged = envelope;
    this.inFlight++;
    const answer = await post(this.#port, '/v1/report', envelope, {}, this.#agent).catch(() => undefined);
    this.inFlight--;
    if (answer?.status !== 200) {
      const why = answer ? `${answer.status} ${answer.code}` : 'none';
      this.refused.set(why, (this.refused.get(why) ?? 0) + 1);
      return false;
    }
    this.acknowledged.get(device.deviceHex)?.set(state.next, hashOf(envelope));
    state.next++;
    state.unacknowledged = undefined;
    return true;
  }

  #compose(device: TestDevice, sequence: number): Uint8Array {
    const count = this.#random.below(MOST_EXECUTABLES);
    const ids = new BigUint64Array(Uint8Array.from(randomBytes(count * 8)).buffer).sort();
    return device.report({
      sequence,
      composedAt: Math.floor(Date.now() / 1000),
      digestAfter: { count, sum: randomBytes(16) },
      inventory: { baseline: true, presentIds: new Uint8Array(ids.buffer) },
    });
  }
}

export function hashOf(envelope: Uint8Array): string {
  return createHash('sha256').update(envelope).digest('base64');
}
