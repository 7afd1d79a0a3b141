/**
 * The order in which a device reports the five-minute marks of a day. Keyed by a secret that never leaves the
 * device, so that how many marks and which ones coincide survive, and the time of day does not.
 */
import { createHmac } from 'node:crypto';
import { SLOTS_PER_DAY } from '@fleetmeter/proto';

/** permutation[slot] is the position reported for it: a Fisher-Yates shuffle drawn from HMAC-SHA256(secret, day). */
export function slotPermutation(secret: Uint8Array, day: number): Uint16Array {
  const positions = Uint16Array.from({ length: SLOTS_PER_DAY }, (_, slot) => slot);
  const draw = keyedDraws(secret, day);
  for (let last = SLOTS_PER_DAY - 1; last > 0; last--) {
    const other = draw(last + 1);
    const kept = positions[last] as number;
    positions[last] = positions[other] as number;
    positions[other] = kept;
  }
  return positions;
}

/** Unbiased numbers below a bound (at most 2^16), the same for the same secret and day. */
function keyedDraws(secret: Uint8Array, day: number): (bound: number) => number {
  let block = Buffer.alloc(0);
  let at = 0;
  let blocks = 0;
  const next16 = (): number => {
    if (at + 2 > block.length) {
      block = createHmac('sha256', secret).update(`fleetmeter/slots/1 ${day} ${blocks++}`).digest();
      at = 0;
    }
    const value = block.readUInt16BE(at);
    at += 2;
    return value;
  };
  return (bound) => {
    const fair = 65_536 - (65_536 % bound);
    for (;;) {
      const value = next16();
      if (value < fair) return value % bound;
    }
  };
}
