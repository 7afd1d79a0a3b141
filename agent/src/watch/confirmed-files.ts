/**
 * Which files are known and were found unchanged by an earlier pass: by path, in which state, and with which owner. What the inventory
 * says of a known file takes a query and reading its evidence, a hundred times what it takes to see that nothing changed.
 *
 * Nothing is kept but hashes, seeded at random for each process: 64 bits for the path and 64 for its state, in 16 bytes. A changed
 * file whose hashes are those of before would be taken for unchanged until the next start. Whatever is not here is asked of the inventory.
 */
import { randomBytes } from 'node:crypto';

const FIRST_SLOTS = 1024;
const NUMBERS_PER_SLOT = 4;
/** 16 MiB, or some 786,000 paths, those of files that have gone included; then all are forgotten and confirmed anew. */
const MOST_SLOTS = 1_048_576;

export class ConfirmedFiles {
  readonly #seedLow = randomBytes(4).readUInt32LE();
  readonly #seedHigh = randomBytes(4).readUInt32LE();
  readonly #mostSlots: number;
  /** Path low and high, state low and high. A slot is empty when all four are 0. */
  #slots = new Uint32Array(FIRST_SLOTS * NUMBERS_PER_SLOT);
  #size = 0;
  /** Of the text hashed last. */
  #low = 0;
  #high = 0;

  constructor(mostSlots = MOST_SLOTS) {
    this.#mostSlots = mostSlots;
  }

  /** Paths with a slot, those that are confirmed no more included. */
  get size(): number {
    return this.#size;
  }

  /** `state`: whatever must be the same for the file to be unchanged. */
  has(path: string, state: string): boolean {
    const at = this.#find(path);
    this.#hash(state);
    return this.#slots[at + 2] === this.#low && this.#slots[at + 3] === this.#high;
  }

  add(path: string, state: string): void {
    if (this.#size * 4 >= (this.#slots.length / NUMBERS_PER_SLOT) * 3) this.#makeRoom();
    const at = this.#find(path);
    if (this.#isEmpty(at)) this.#size++;
    this.#slots[at] = this.#low;
    this.#slots[at + 1] = this.#high;
    this.#hash(state);
    this.#slots[at + 2] = this.#low;
    this.#slots[at + 3] = this.#high;
  }

  /** No longer confirmed in any state. */
  forget(path: string): void {
    const at = this.#find(path);
    // The slot stays the path's: those behind it are found over it.
    if (!this.#isEmpty(at)) this.#slots.fill(0, at + 2, at + NUMBERS_PER_SLOT);
  }

  clear(): void {
    this.#slots = new Uint32Array(FIRST_SLOTS * NUMBERS_PER_SLOT);
    this.#size = 0;
  }

  /** Where the path is, or would be. A quarter of all slots is empty, so this ends. Leaves its hash behind. */
  #find(path: string): number {
    this.#hash(path);
    return this.#place(this.#low, this.#high);
  }

  #place(low: number, high: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = (low * NUMBERS_PER_SLOT) & mask;
    while ((slots[at] !== low || slots[at + 1] !== high) && !this.#isEmpty(at))
      at = (at + NUMBERS_PER_SLOT) & mask;
    return at;
  }

  #isEmpty(at: number): boolean {
    return this.#slots[at] === 0 && this.#slots[at + 1] === 0;
  }

  #makeRoom(): void {
    const old = this.#slots;
    if (old.length / NUMBERS_PER_SLOT >= this.#mostSlots) {
      this.clear();
      return;
    }
    this.#slots = new Uint32Array(old.length * 2);
    for (let from = 0; from < old.length; from += NUMBERS_PER_SLOT) {
      if (old[from] === 0 && old[from + 1] === 0) continue;
      const at = this.#place(old[from] as number, old[from + 1] as number);
      this.#slots.set(old.subarray(from, from + NUMBERS_PER_SLOT), at);
    }
  }

  /** Two multiplicative hashes with different multipliers, each finished by mixing high bits into low ones. Never 0. */
  #hash(text: string): void {
    let low = this.#seedLow;
    let high = this.#seedHigh;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      low = Math.imul(low ^ unit, 0x9e3779b1);
      low ^= low >>> 15;
      high = Math.imul(high ^ unit, 0x85ebca77);
      high ^= high >>> 13;
    }
    this.#low = mixed(low) || 1;
    this.#high = mixed(high ^ low) || 1;
  }
}

function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae3d);
  bits = Math.imul(bits ^ (bits >>> 13), 0x27d4eb2f);
  return (bits ^ (bits >>> 16)) >>> 0;
}
