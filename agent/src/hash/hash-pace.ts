/**
 * Spreads reading and computing over time, so that a scan takes neither disk nor processor from the person at the
 * computer: two token buckets, one of bytes and one of CPU time, that all threads of a hasher share. The CPU that counts is that of the whole
 * process, since what a scan makes other threads do is a cost of the scan as well.
 */

export interface PaceRates {
  /** Infinity: no limit. */
  bytesPerSecond: number;
  /** Of one core, for example 0.1; Infinity: no limit. */
  cpuShare: number;
}

/** Idle time that is saved up at most, so that a few files that change after a quiet hour are hashed at once. */
export const MOST_SAVED_US = 5_000_000;

/** The shared words. A bucket is the time at which it will be empty of debt; microseconds of the monotonic clock. */
const BYTES_FREE_AT = 0;
const CPU_FREE_AT = 1;
/** CPU time of the process that is charged already, microseconds. */
const CPU_CHARGED = 2;

/** Bytes of the buffer that the parts of one pace share. */
export const PACE_BUFFER_BYTES = 24;

/** When a bucket is free of debt after `costUs` more. What was saved up before `MOST_SAVED_US` ago is forgotten. Pure. */
export function freeAtUs(wasFreeAtUs: bigint, costUs: bigint, nowUs: bigint): bigint {
  const withCost = wasFreeAtUs + costUs;
  const earliest = nowUs - BigInt(MOST_SAVED_US);
  return withCost > earliest ? withCost : earliest;
}

export class HashPace {
  readonly #words: BigInt64Array;
  readonly #rates: PaceRates;

  /** `buffer` was begun once by beginPace, and is the same in every thread. */
  constructor(buffer: SharedArrayBuffer, rates: PaceRates) {
    this.#words = new BigInt64Array(buffer);
    this.#rates = rates;
  }

  /** Milliseconds to wait after `bytes` more were read. `cpuUs`: CPU time of the process since it started. */
  delayAfter(bytes: number, nowUs: bigint, cpuUs: bigint): number {
    const { bytesPerSecond, cpuShare } = this.#rates;
    const newCpuUs = Number(this.#newCpu(cpuUs));
    const bytesFreeAtUs = this.#charge(BYTES_FREE_AT, (bytes / bytesPerSecond) * 1e6, nowUs);
    const cpuFreeAtUs = this.#charge(CPU_FREE_AT, newCpuUs / cpuShare, nowUs);
    return Math.max(0, Number(bytesFreeAtUs - nowUs), Number(cpuFreeAtUs - nowUs)) / 1000;
  }

  #charge(bucket: number, costUs: number, nowUs: bigint): bigint {
    for (;;) {
      const before = Atomics.load(this.#words, bucket);
      const after = freeAtUs(before, BigInt(Math.ceil(costUs)), nowUs);
      if (Atomics.compareExchange(this.#words, bucket, before, after) === before) return after;
    }
  }

  /** CPU time that no thread has charged yet; from now on it is. */
  #newCpu(cpuUs: bigint): bigint {
    for (;;) {
      const charged = Atomics.load(this.#words, CPU_CHARGED);
      if (cpuUs <= charged) return 0n;
      if (Atomics.compareExchange(this.#words, CPU_CHARGED, charged, cpuUs) === charged)
        return cpuUs - charged;
    }
  }
}

/** Buckets that are free of debt and have saved nothing, at this time and with so much CPU used before. */
export function beginPace(nowUs: bigint, cpuUs: bigint): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(PACE_BUFFER_BYTES);
  const words = new BigInt64Array(buffer);
  words[BYTES_FREE_AT] = nowUs;
  words[CPU_FREE_AT] = nowUs;
  words[CPU_CHARGED] = cpuUs;
  return buffer;
}

/** What delayAfter asks for, as the system says it now; the same clock in every thread. */
export function paceClock(): { nowUs: bigint; cpuUs: bigint } {
  const { user, system } = process.cpuUsage();
  return { nowUs: process.hrtime.bigint() / 1000n, cpuUs: BigInt(user + system) };
}
