/** The 288 five-minute marks of a UTC day, as 36 bytes: mark n is bit n % 8 of byte n / 8. */
import { SLOT_BYTES, SLOTS_PER_DAY } from '@fleetmeter/proto';

export const SLOT_MS = 300_000;

export function noSlots(): Uint8Array {
  return new Uint8Array(SLOT_BYTES);
}

export function setSlot(slots: Uint8Array, slot: number): void {
  slots[slot >> 3] = (slots[slot >> 3] as number) | (1 << (slot & 7));
}

/** Marks set in `slots` and not in `without`, ascending. */
export function listSlots(slots: Uint8Array, without: Uint8Array = noSlots()): number[] {
  const list: number[] = [];
  for (let slot = 0; slot < SLOTS_PER_DAY; slot++) {
    const bits = (slots[slot >> 3] as number) & ~(without[slot >> 3] as number);
    if (bits & (1 << (slot & 7))) list.push(slot);
  }
  return list;
}

export function countSlots(slots: Uint8Array): number {
  let count = 0;
  for (let bits of slots) for (; bits !== 0; bits &= bits - 1) count++;
  return count;
}
