/**
 * How much one device may send. An agent reports once an hour, or every few seconds while somebody watches it; one that is
 * faulty or hostile could keep the thread to itself, with valid messages of the largest size. Messages count by weight,
 * from a bucket for each device that fills steadily; what is heavier than what is left goes on debt, so that no message
 * is too heavy for ever. Milliseconds are passed in.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { BoundedCache } from '../control/bounded-cache.ts';
import { Refusal } from '../validate/refusals.ts';

interface Bucket {
  messages: number;
  /** Executables that nobody named before. */
  names: number;
  filledAt: number;
}

/** An agent that begins a second after another still fits, and large ones count as several. */
export const DEVICE_MESSAGES_PER_SECOND = 10;
/** Eight MiB, the inventory of a million executables in its parts, or a minute of small messages. */
const BURST_SECONDS = 60;
const BYTES_OF_A_MESSAGE = 16 * 1024;
/**
 * An executable that was once named has a number for ever, in memory too. Two of the largest inventories that are taken
 * may be all new; ten million from one device take three months.
 */
const MOST_NEW_NAMES = 1_000_000;
const NEW_NAMES_A_DAY = 100_000;
const MS_A_DAY = 86_400_000;
/** Of somebody who has to wait for names: half an hour's worth of them come back meanwhile. */
const NAMES_RETRY_SECONDS = 1_800;

/** Who was refused waits so long for the answer, and asks nothing else meanwhile. */
const HELD_MS = 1_000;
/** Requests of one device that wait so; what comes over further connections is cut off. */
const HELD_OF_A_DEVICE = 4;
/** About 150 bytes each; a device that is forgotten has a full bucket again. */
const REMEMBERED_DEVICES = 100_000;

export class DevicePace {
  readonly #perSecond: number;
  readonly #held = new Map<string, number>();
  readonly #buckets = new BoundedCache<string, Bucket>(REMEMBERED_DEVICES);

  constructor(perSecond: number = DEVICE_MESSAGES_PER_SECOND) {
    this.#perSecond = perSecond;
  }

  /** Before the signature is looked at: whoever names a device that has sent too much is refused, and costs nothing more. */
  check(deviceId: string, now: number): void {
    const { messages, names } = this.#filled(deviceId, now);
    if (messages < 0)
      throw new Refusal('sending-too-often', 'this device sends more than a device has to say', {
        retryAfterSeconds: Math.max(1, Math.ceil(-messages / this.#perSecond)),
      });
    if (names < 0)
      throw new Refusal(
        'sending-too-often',
        'this device names more new executables than a device can have',
        {
          retryAfterSeconds: NAMES_RETRY_SECONDS,
        },
      );
  }

  /**
   * Resolves when the refusal may be answered: true, or false when the connection is to be closed instead. Without it
   * one device that hammers would get thousands of refusals a second, each at the price of half a report.
   */
  async hold(deviceId: string): Promise<boolean> {
    const held = this.#held.get(deviceId) ?? 0;
    if (held >= HELD_OF_A_DEVICE) return false;
    this.#held.set(deviceId, held + 1);
    await sleep(HELD_MS);
    const left = (this.#held.get(deviceId) ?? 1) - 1;
    if (left > 0) this.#held.set(deviceId, left);
    else this.#held.delete(deviceId);
    return true;
  }

  /** Once the signature proved who sent it, also when the message is refused then. */
  sent(deviceId: string, bytes: number, now: number): void {
    const filled = this.#filled(deviceId, now);
    this.#buckets.set(deviceId, { ...filled, messages: filled.messages - 1 - bytes / BYTES_OF_A_MESSAGE });
  }

  /** Processing found that many executables that nobody had named before. */
  named(deviceId: string, executables: number, now: number): void {
    const filled = this.#filled(deviceId, now);
    this.#buckets.set(deviceId, { ...filled, names: filled.names - executables });
  }

  #filled(deviceId: string, now: number): Bucket {
    const most = this.#perSecond * BURST_SECONDS;
    const bucket = this.#buckets.get(deviceId);
    if (!bucket) return { messages: most, names: MOST_NEW_NAMES, filledAt: now };
    // A clock that was put back adds nothing.
    const passedMs = Math.max(0, now - bucket.filledAt);
    return {
      messages: Math.min(most, bucket.messages + (passedMs * this.#perSecond) / 1000),
      names: Math.min(MOST_NEW_NAMES, bucket.names + (passedMs * NEW_NAMES_A_DAY) / MS_A_DAY),
      filledAt: now,
    };
  }
}
