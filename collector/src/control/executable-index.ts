/**
 * Which executables have a number, and which of them somebody has described: what every report is looked up in. It lies in
 * memory that threads share. One of them writes; the others only look, and what they see of the last moment is a hint.
 */
import type { ExecutableId } from '@fleetmeter/proto';
import { IdTable, type SharedIdTable } from './id-table.ts';

const ID_BYTES = 8;
const INITIAL_BYTES = 1 << 13;

/** As it goes to another thread. */
export interface SharedExecutables {
  table: SharedIdTable;
  described: SharedArrayBuffer;
}

export interface MissingEvidence {
  /** Offsets in bytes. */
  places: number[];
  /** In the same order; 0 for an id that has no number yet. */
  numbers: number[];
}

export class ExecutableIndex {
  readonly #table: IdTable;
  /** One bit per number. */
  #described: Uint8Array<SharedArrayBuffer>;

  /** Without `shared` an empty one, to be filled. */
  constructor(shared?: SharedExecutables) {
    this.#table = new IdTable(shared?.table);
    this.#described = new Uint8Array(shared?.described ?? new SharedArrayBuffer(INITIAL_BYTES));
  }

  get shared(): SharedExecutables {
    return { table: this.#table.shared, described: this.#described.buffer };
  }

  get size(): number {
    return this.#table.size;
  }

  /** 0 when it has none. Halves are unsigned 32-bit integers. */
  numberAt(low: number, high: number): number {
    return this.#table.get(low, high);
  }

  /** 0 when it has none. */
  numberOf(id: ExecutableId): number {
    return this.#table.get(Number.parseInt(id.slice(8), 16), Number.parseInt(id.slice(0, 8), 16));
  }

  isDescribed(number: number): boolean {
    return number !== 0 && (((this.#described[number >>> 3] ?? 0) >>> (number & 7)) & 1) === 1;
  }

  /** See ReceiverControl.missingEvidence. */
  missingEvidence(ids: Uint8Array, limit: number): MissingEvidence {
    const view = new DataView(ids.buffer, ids.byteOffset, ids.byteLength);
    const missing: MissingEvidence = { places: [], numbers: [] };
    for (let at = 0; at + ID_BYTES <= ids.length && missing.places.length < limit; at += ID_BYTES) {
      const number = this.#table.get(view.getUint32(at, true), view.getUint32(at + 4, true));
      if (this.isDescribed(number)) continue;
      missing.places.push(at);
      missing.numbers.push(number);
    }
    return missing;
  }

  /** Of an id that has none. True when `shared` is another one now. */
  add(low: number, high: number, number: number): boolean {
    return this.#table.add(low, high, number);
  }

  /** True when `shared` is another one now. */
  setDescribed(number: number, described: boolean): boolean {
    const byte = number >>> 3;
    const grows = byte >= this.#described.length;
    if (grows) {
      const size = Math.max(byte + 1, this.#described.length * 2);
      const larger = new Uint8Array(new SharedArrayBuffer(size));
      larger.set(this.#described);
      this.#described = larger;
    }
    const bit = 1 << (number & 7);
    const others = (this.#described[byte] as number) & ~bit;
    this.#described[byte] = described ? others | bit : others;
    return grows;
  }
}
