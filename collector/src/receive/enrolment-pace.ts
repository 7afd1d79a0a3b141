/**
 * How often one address may ask to join, and how fast one join string lets devices in: neither a flood from one place
 * nor a join string that leaked takes the places of all others. Pure; milliseconds are passed in.
 */
import { isIPv6 } from 'node:net';
import { BoundedCache } from '../control/bounded-cache.ts';
import { Refusal } from '../validate/refusals.ts';

export interface PaceLimits {
  perSecond: number;
  /** What a bucket unused for a while holds. */
  burst: number;
  /** Buckets remembered, about 200 bytes each; one that is forgotten is full again. */
  remembered: number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** A bucket of tokens for each of many names. */
export class Pace {
  readonly #limits: PaceLimits;
  readonly #buckets: BoundedCache<string, Bucket>;

  constructor(limits: PaceLimits) {
    this.#limits = limits;
    this.#buckets = new BoundedCache(limits.remembered);
  }

  /** Seconds to wait, 0 when it may go on; then that counts. */
  take(name: string, now: number): number {
    const { perSecond, burst } = this.#limits;
    const bucket = this.#buckets.get(name) ?? { tokens: burst, filledAt: now };
    // A clock that was put back adds nothing.
    const added = (Math.max(0, now - bucket.filledAt) * perSecond) / 1000;
    const tokens = Math.min(burst, bucket.tokens + added);
    const goesOn = tokens >= 1;
    this.#buckets.set(name, { tokens: goesOn ? tokens - 1 : tokens, filledAt: now });
    return goesOn ? 0 : Math.max(1, Math.ceil((1 - tokens) / perSecond));
  }

  get remembered(): number {
    return this.#buckets.size;
  }
}

const REMEMBERED = 10_000;
/**
 * A whole office may come from one address, and a whole fleet through one gateway with one join string after the collector
 * lost what it knew: each asks once for an appointment and once more when it comes.
 */
const ADDRESS_ASKS = 4;
const ADDRESS_BURST_SECONDS = 30;
const TOKEN_BURST_SECONDS = 60;
/** Most of them are early: ask again when some have gone. */
const LEAST_WAIT_SECONDS = 30;

export class EnrolmentPace {
  readonly #addresses: Pace;
  readonly #secrets: Pace;

  /** `perSecond`: newcomers that the collector takes at all. */
  constructor(perSecond: number) {
    const bucket = (rate: number, seconds: number): Pace =>
      new Pace({ perSecond: rate, burst: Math.max(1, rate * seconds), remembered: REMEMBERED });
    this.#addresses = bucket(perSecond * ADDRESS_ASKS, ADDRESS_BURST_SECONDS);
    this.#secrets = bucket(perSecond, TOKEN_BURST_SECONDS);
  }

  /** Of each request to join, whatever it holds. Throws Refusal `joining-too-often`. */
  askedFrom(address: string, now: number): void {
    this.#refuse(this.#addresses.take(networkOf(address), now), 'from this network');
  }

  /** A new device is about to be let in by this token; `tokenName` tells tokens apart. Throws as askedFrom. */
  letsIn(tokenName: string, now: number): void {
    this.#refuse(this.#secrets.take(tokenName, now), 'with this join string');
  }

  #refuse(waitSeconds: number, by: string): void {
    if (waitSeconds === 0) return;
    const retryAfterSeconds = Math.max(waitSeconds, LEAST_WAIT_SECONDS);
    throw new Refusal('joining-too-often', `too many devices ask to join ${by}`, { retryAfterSeconds });
  }
}

/** Who has one IPv6 address has a whole network of them. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const start = head === '' ? [] : head.split(':');
  const end = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - start.length - end.length)).fill('0');
  return [...start, ...zeros, ...end].slice(0, 4).join(':');
}
