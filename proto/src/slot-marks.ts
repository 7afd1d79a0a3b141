/**
 * Five-minute marks of a day as bytes. Positions are shuffled by the device, so there are no stretches to make use
 * of: few marks are shortest as the gaps between them, many as bits.
 *
 * Fewer than 36 bytes are gaps, each the number of unset positions before the next mark; 255 stands for 255 unset
 * positions with no mark after them. 36 bytes are bits: mark n is bit n % 8 of byte n / 8.
 */
export const SLOTS_PER_DAY = 288;
export const SLOT_BYTES = SLOTS_PER_DAY / 8;

const SKIP = 255;

/** `slots`: 0 to 287, ascending and unique. Throws RangeError otherwise. */
export function encodeSlots(slots: readonly number[]): Uint8Array {
  const gaps: number[] = [];
  let next = 0;
  for (const slot of slots) {
    if (!Number.isInteger(slot) || slot < next || slot >= SLOTS_PER_DAY)
      throw new RangeError(`slot ${slot}: not from ${next} to ${SLOTS_PER_DAY - 1}`);
    let gap = slot - next;
    for (; gap >= SKIP; gap -= SKIP) gaps.push(SKIP);
    gaps.push(gap);
    next = slot + 1;
  }
  return gaps.length < SLOT_BYTES ? Uint8Array.from(gaps) : asBits(slots);
}

function asBits(slots: readonly number[]): Uint8Array {
  const bits = new Uint8Array(SLOT_BYTES);
  for (const slot of slots) bits[slot >> 3] = (bits[slot >> 3] as number) | (1 << (slot & 7));
  return bits;
}

/** The marks, ascending; undefined when the bytes are too many, lead beyond the day, or end in a skip. */
export function decodeSlots(bytes: Uint8Array): number[] | undefined {
  if (bytes.length > SLOT_BYTES) return undefined;
  return bytes.length === SLOT_BYTES ? fromBits(bytes) : fromGaps(bytes);
}

function fromBits(bits: Uint8Array): number[] {
  const slots: number[] = [];
  for (let slot = 0; slot < SLOTS_PER_DAY; slot++)
    if ((bits[slot >> 3] as number) & (1 << (slot & 7))) slots.push(slot);
  return slots;
}

function fromGaps(gaps: Uint8Array): number[] | undefined {
  const slots: number[] = [];
  let next = 0;
  for (const gap of gaps) {
    next += gap;
    if (gap === SKIP) continue;
    slots.push(next);
    next += 1;
  }
  return next > SLOTS_PER_DAY || gaps.at(-1) === SKIP ? undefined : slots;
}
