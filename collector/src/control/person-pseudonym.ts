/** How a user of a device is called here. Pure. */
import { createHmac, type KeyObject } from 'node:crypto';

/** Keyed again with a key that never leaves the collector: a device's own pseudonym cannot be followed into the tables. */
export const personOf = (userKey: KeyObject, told: Uint8Array): Uint8Array =>
  createHmac('sha256', userKey).update(told).digest().subarray(0, 16);

/** Keeps an erased person away without saying who it was. */
export const tombstoneOf = (userKey: KeyObject, person: Uint8Array): Uint8Array =>
  createHmac('sha256', userKey).update('erased person').update(person).digest();

/** The person that 16 hex digits (as the device's `disclosed` shows them) or 32 (as the tables do) stand for. */
export function personCalled(userKey: KeyObject, text: string): Uint8Array | undefined {
  if (/^[0-9a-f]{16}$/i.test(text)) return personOf(userKey, Buffer.from(text, 'hex'));
  return /^[0-9a-f]{32}$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
}
