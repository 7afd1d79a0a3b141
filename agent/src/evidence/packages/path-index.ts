/**
 * Path -> small number, for hundreds of thousands of paths in a few megabytes: the paths themselves are not kept,
 * only 64 bits of a hash that is seeded at random for each index, so a path is taken for another about once in 2^64
 * questions and a pair that is does not stay one over restarts. The first number that a path gets stays.
 */
import { randomBytes } from 'node:crypto';

const FIRST_SLOTS = 16_384;
/** 3 MB: whoever expects more may be wrong. */
const MOST_EXPECTED_SLOTS = 262_144;
/** Each step fills the index again from the old slots, so the first ones are long. */
const LONG_STEPS_BELOW = 65_536;
/** Of the hash low and high, and the number. Side by side, since each path is somewhere else in memory. */
const NUMBERS_PER_SLOT = 3;
const VALUE = 2;
/** Numbers are kept one higher: memory begins as zeros. */
const EMPTY = 0;

export class PathIndex {
  readonly #seedLow = randomBytes(4).readUInt32LE();
  readonly #seedHigh = randomBytes(4).readUInt32LE();
  #slotCount = FIRST_SLOTS;
  #slots = new Uint32Array(FIRST_SLOTS * NUMBERS_PER_SLOT);
  #size = 0;
  /** Of the path that was looked at last. */
  #keyLow = 0;
  #keyHigh = 0;

  get size(): number {
    return this.#size;
  }

  /** Before anything is added. */
  expect(count: number): void {
    if (this.#size > 0) return;
    while (this.#slotCount * 3 < count * 4 && this.#slotCount < MOST_EXPECTED_SLOTS) this.#slotCount *= 2;
    this.#slots = new Uint32Array(this.#slotCount * NUMBERS_PER_SLOT);
  }

  /** The path in UTF-8 that lies there. `value` is below 2^32 - 1. */
  add(path: Uint8Array, start: number, end: number, value: number): void {
    // Three quarters full and not half: with 300,000 paths 6 MB instead of 12, for a few more steps to what is not there.
    if (this.#size * 4 >= this.#slotCount * 3) this.#grow();
    this.#hash(path, start, end);
    const at = this.#place(this.#keyLow, this.#keyHigh);
    if (this.#slots[at + VALUE] !== EMPTY) return;
    this.#slots[at] = this.#keyLow;
    this.#slots[at + 1] = this.#keyHigh;
    this.#slots[at + VALUE] = value + 1;
    this.#size++;
  }

  get(path: Uint8Array): number | undefined {
    this.#hash(path, 0, path.length);
    const value = this.#slots[this.#place(this.#keyLow, this.#keyHigh) + VALUE] as number;
    return value === EMPTY ? undefined : value - 1;
  }

  /** Where the key is, or the empty slot where it would be. A quarter of all slots is empty, so this ends. */
  #place(low: number, high: number): number {
    const slots = this.#slots;
    const mask = this.#slotCount - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const at = slot * NUMBERS_PER_SLOT;
      if (slots[at + VALUE] === EMPTY || (slots[at] === low && slots[at + 1] === high)) return at;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slotCount *= this.#slotCount < LONG_STEPS_BELOW ? 4 : 2;
    const slots = new Uint32Array(this.#slotCount * NUMBERS_PER_SLOT);
    this.#slots = slots;
    for (let from = 0; from < old.length; from += NUMBERS_PER_SLOT) {
      if (old[from + VALUE] === EMPTY) continue;
      const [low, high] = [old[from] as number, old[from + 1] as number];
      const at = this.#place(low, high);
      slots[at] = low;
      slots[at + 1] = high;
      slots[at + VALUE] = old[from + VALUE] as number;
    }
  }

  /**
   * Two multiplicative hashes with different multipliers over four bytes at a time, each finished by mixing high bits into
   * low ones. The length is in both, since what is missing of the last four bytes counts as zeros.
   */
  #hash(path: Uint8Array, start: number, end: number): void {
    let low = this.#seedLow ^ (end - start);
    let high = this.#seedHigh ^ (end - start);
    let at = start;
    for (const last = end - 4; at <= last; at += 4) {
      const unit =
        (path[at] as number) |
        ((path[at + 1] as number) << 8) |
        ((path[at + 2] as number) << 16) |
        ((path[at + 3] as number) << 24);
      low = Math.imul(low ^ unit, 0x9e3779b1);
      low ^= low >>> 15;
      high = Math.imul(high ^ unit, 0x85ebca77);
      high ^= high >>> 13;
    }
    let rest = 0;
    for (; at < end; at++) rest = (rest << 8) | (path[at] as number);
    this.#keyLow = mixed(Math.imul(low ^ rest, 0x9e3779b1));
    this.#keyHigh = mixed(Math.imul(high ^ rest, 0x85ebca77) ^ low);
  }
}

function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae3d);
  bits = Math.imul(bits ^ (bits >>> 13), 0x27d4eb2f);
  return (bits ^ (bits >>> 16)) >>> 0;
}
