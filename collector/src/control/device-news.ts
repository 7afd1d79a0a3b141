/**
 * For which devices something may wait in the control store: nearly none, and every report asks. A byte for each of a
 * million slots, in memory that threads share; a slot is that of all devices whose ids begin with the same five digits, and
 * ids are random.
 *
 * Whoever writes notes it when it is committed. Whoever looks and finds nothing takes the note back first, so that what is
 * committed meanwhile is noted again.
 */
const BITS = { directives: 1, evidence: 2, quarantine: 4 } as const;
export type NewsKind = keyof typeof BITS;

const PREFIX_DIGITS = 5;
const SLOTS = 16 ** PREFIX_DIGITS;
const ID_DIGITS = 16;

/** First and last id of a slot. */
export interface IdRange {
  first: string;
  last: string;
}

export class DeviceNews {
  readonly memory: SharedArrayBuffer;
  readonly #notes: Uint8Array;

  /** `memory`: of the one that another thread made. */
  constructor(memory = new SharedArrayBuffer(SLOTS)) {
    this.memory = memory;
    this.#notes = new Uint8Array(memory);
  }

  note(deviceId: string, kind: NewsKind): void {
    Atomics.or(this.#notes, slotOf(deviceId), BITS[kind]);
  }

  mayHave(deviceId: string, kind: NewsKind): boolean {
    return (Atomics.load(this.#notes, slotOf(deviceId)) & BITS[kind]) !== 0;
  }

  /** What `read` finds for this device; it is not asked when nothing can be there. `anyIn`: whether any device of a slot has some. */
  of<T>(deviceId: string, kind: NewsKind, read: () => T[], anyIn: (range: IdRange) => boolean): T[] {
    if (!this.mayHave(deviceId, kind)) return [];
    Atomics.and(this.#notes, slotOf(deviceId), ~BITS[kind]);
    const found = read();
    if (found.length > 0 || anyIn(slotRange(deviceId))) this.note(deviceId, kind);
    return found;
  }
}

function slotOf(deviceId: string): number {
  return Number.parseInt(deviceId.slice(0, PREFIX_DIGITS), 16);
}

function slotRange(deviceId: string): IdRange {
  const prefix = deviceId.slice(0, PREFIX_DIGITS);
  return { first: prefix.padEnd(ID_DIGITS, '0'), last: prefix.padEnd(ID_DIGITS, 'f') };
}
