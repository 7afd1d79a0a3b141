/**
 * A hash table from 64-bit ids to 32-bit numbers, open addressing over typed arrays: 12 bytes a slot, no object
 * per id, no id ever in a JavaScript number. 5,000,000 ids take 96 to 192 MB.
 *
 * Ids come from devices and nothing proves them when they are looked up, so a hostile device could send ids
 * that all land in one place; the hash is therefore mixed with a secret of this process.
 */
import { randomInt } from 'node:crypto';

const EMPTY = 0;
const INITIAL_SLOTS = 1 << 16;
/** Fuller than this and probe chains grow. */
const GROW_ABOVE = 0.6;

export class IdTable {
  #low = new Uint32Array(INITIAL_SLOTS);
  #high = new Uint32Array(INITIAL_SLOTS);
  #numbers = new Uint32Array(INITIAL_SLOTS);
  #mask = INITIAL_SLOTS - 1;
  #size = 0;
  readonly #seed = randomInt(0x1_0000_0000);

  get size(): number {
    return this.#size;
  }

  /** The number of this id, 0 when it has none. */
  get(low: number, high: number): number {
    return this.#numbers[this.#slot(low, high)] as number;
  }

  /** Gives an id that has none its number, 1 to 2^32 - 1. */
  add(low: number, high: number, number: number): void {
    if (this.#size >= this.#numbers.length * GROW_ABOVE) this.#grow();
    const slot = this.#slot(low, high);
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#numbers[slot] = number;
    this.#size += 1;
  }

  /** Where this id is, or the free slot where it belongs. */
  #slot(low: number, high: number): number {
    let slot = this.#hash(low, high) & this.#mask;
    while (
      this.#numbers[slot] !== EMPTY &&
      (this.#low[slot] !== low >>> 0 || this.#high[slot] !== high >>> 0)
    ) {
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }

  #hash(low: number, high: number): number {
    let mixed = Math.imul(low ^ this.#seed, 0x9e3779b1);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed ^ high, 0x85ebca77);
    mixed ^= mixed >>> 13;
    mixed = Math.imul(mixed ^ this.#seed, 0xc2b2ae3d);
    return mixed ^ (mixed >>> 16);
  }

  #grow(): void {
    const { low, high, numbers } = { low: this.#low, high: this.#high, numbers: this.#numbers };
    const slots = numbers.length * 2;
    this.#low = new Uint32Array(slots);
    this.#high = new Uint32Array(slots);
    this.#numbers = new Uint32Array(slots);
    this.#mask = slots - 1;
    for (let from = 0; from < numbers.length; from++) {
      if (numbers[from] === EMPTY) continue;
      const slot = this.#slot(low[from] as number, high[from] as number);
      this.#low[slot] = low[from] as number;
      this.#high[slot] = high[from] as number;
      this.#numbers[slot] = numbers[from] as number;
    }
  }
}
