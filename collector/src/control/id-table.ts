/**
 * A hash table from 64-bit ids to 32-bit numbers, open addressing over one typed array: 12 bytes a slot, side by
 * side so that a look-up touches one place in memory; no object per id, no id ever in a JavaScript number.
 * 5,000,000 ids take 100 to 200 MB. The array lies in memory that threads share: one of them adds, others look up, and may
 * take what is being added for missing.
 *
 * Ids come from devices and nothing proves them when they are looked up, so a hostile device could send ids
 * that all land in one place; the hash is therefore mixed with a secret of this process.
 */
import { randomInt } from 'node:crypto';

/** A slot: low half, high half, number (0 when free). */
const WIDTH = 3;
const INITIAL_SLOTS = 1 << 16;
/** Fuller than this and probe chains grow. */
const GROW_ABOVE = 0.6;

const SLOT_BYTES = WIDTH * Uint32Array.BYTES_PER_ELEMENT;

/** As it goes to another thread, which only looks up. */
export interface SharedIdTable {
  slots: SharedArrayBuffer;
  seed: number;
}

export class IdTable {
  #slots: Uint32Array<SharedArrayBuffer>;
  #mask: number;
  #size = 0;
  readonly #seed: number;

  constructor(shared?: SharedIdTable) {
    this.#slots = new Uint32Array(shared?.slots ?? new SharedArrayBuffer(INITIAL_SLOTS * SLOT_BYTES));
    this.#mask = this.#slots.length / WIDTH - 1;
    this.#seed = shared?.seed ?? randomInt(0x1_0000_0000);
  }

  /** Until it grows: then it lies elsewhere. */
  get shared(): SharedIdTable {
    return { slots: this.#slots.buffer, seed: this.#seed };
  }

  /** Ids that were added here. */
  get size(): number {
    return this.#size;
  }

  /** The number of this id, 0 when it has none. Halves are unsigned 32-bit integers. */
  get(low: number, high: number): number {
    return this.#slots[this.#find(low, high) + 2] as number;
  }

  /** Gives an id that has none its number, 1 to 2^32 - 1. True when the table lies elsewhere now. */
  add(low: number, high: number, number: number): boolean {
    const grows = this.#size >= (this.#mask + 1) * GROW_ABOVE;
    if (grows) this.#grow();
    this.#put(low, high, number);
    this.#size += 1;
    return grows;
  }

  #put(low: number, high: number, number: number): void {
    const at = this.#find(low, high);
    this.#slots[at] = low;
    this.#slots[at + 1] = high;
    // Last, so that nobody finds a number with half an id.
    Atomics.store(this.#slots, at + 2, number);
  }

  /** Where in the array this id is, or the free slot where it belongs. */
  #find(low: number, high: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    let slot = this.#hash(low, high) & mask;
    for (;;) {
      const at = slot * WIDTH;
      if (slots[at + 2] === 0 || (slots[at] === low && slots[at + 1] === high)) return at;
      slot = (slot + 1) & mask;
    }
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
    const before = this.#slots;
    const slots = (this.#mask + 1) * 2;
    this.#slots = new Uint32Array(new SharedArrayBuffer(slots * SLOT_BYTES));
    this.#mask = slots - 1;
    for (let at = 0; at < before.length; at += WIDTH) {
      const number = before[at + 2] as number;
      if (number !== 0) this.#put(before[at] as number, before[at + 1] as number, number);
    }
  }
}
