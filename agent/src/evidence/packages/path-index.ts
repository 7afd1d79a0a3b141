/**
 * Path -> small number, for hundreds of thousands of paths in a few megabytes: the paths themselves are not kept,
 * only 64 bits of a hash that is seeded at random for each index, so a path is taken for another about once in 2^64
 * questions and a pair that is does not stay one over restarts. The first number that a path gets stays.
 */
import { randomBytes } from 'node:crypto';

const FIRST_SLOTS = 16_384;
const EMPTY = 0xffffffff;

export class PathIndex {
  readonly #seedLow = randomBytes(4).readUInt32LE();
  readonly #seedHigh = randomBytes(4).readUInt32LE();
  #low = new Uint32Array(FIRST_SLOTS);
  #high = new Uint32Array(FIRST_SLOTS);
  #values = new Uint32Array(FIRST_SLOTS).fill(EMPTY);
  #size = 0;
  /** Of the path that was looked at last. */
  #keyLow = 0;
  #keyHigh = 0;

  get size(): number {
    return this.#size;
  }

  /** The path in UTF-8 that lies there. `value` is below 2^32 - 1. */
  add(path: Uint8Array, start: number, end: number, value: number): void {
    // Three quarters full and not half: with 300,000 paths 6 MB instead of 12, for a few more steps to what is not there.
    if (this.#size * 4 >= this.#values.length * 3) this.#grow();
    this.#hash(path, start, end);
    const slot = this.#slot(this.#keyLow, this.#keyHigh);
    if (this.#values[slot] !== EMPTY) return;
    this.#put(slot, this.#keyLow, this.#keyHigh, value);
    this.#size++;
  }

  get(path: Uint8Array): number | undefined {
    this.#hash(path, 0, path.length);
    const value = this.#values[this.#slot(this.#keyLow, this.#keyHigh)];
    return value === EMPTY ? undefined : value;
  }

  #put(slot: number, low: number, high: number, value: number): void {
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#values[slot] = value;
  }

  /** Where the key is, or the empty slot where it would be. A quarter of all slots is empty, so this ends. */
  #slot(low: number, high: number): number {
    const mask = this.#values.length - 1;
    let slot = low & mask;
    while (this.#values[slot] !== EMPTY && (this.#low[slot] !== low || this.#high[slot] !== high))
      slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [low, high, values] = [this.#low, this.#high, this.#values];
    this.#low = new Uint32Array(values.length * 2);
    this.#high = new Uint32Array(values.length * 2);
    this.#values = new Uint32Array(values.length * 2).fill(EMPTY);
    for (let old = 0; old < values.length; old++) {
      if (values[old] === EMPTY) continue;
      const [keyLow, keyHigh] = [low[old] as number, high[old] as number];
      this.#put(this.#slot(keyLow, keyHigh), keyLow, keyHigh, values[old] as number);
    }
  }

  /** Two multiplicative hashes with different multipliers, each finished by mixing high bits into low ones. */
  #hash(path: Uint8Array, start: number, end: number): void {
    let low = this.#seedLow;
    let high = this.#seedHigh;
    for (let at = start; at < end; at++) {
      const unit = path[at] as number;
      low = Math.imul(low ^ unit, 0x9e3779b1);
      low ^= low >>> 15;
      high = Math.imul(high ^ unit, 0x85ebca77);
      high ^= high >>> 13;
    }
    this.#keyLow = mixed(low);
    this.#keyHigh = mixed(high ^ low);
  }
}

function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae3d);
  bits = Math.imul(bits ^ (bits >>> 13), 0x27d4eb2f);
  return (bits ^ (bits >>> 16)) >>> 0;
}
