/** Stands for a user: the same on this device, meaningless elsewhere. */
import { createHmac } from 'node:crypto';

/** No user id: stands for all users together. */
export const EVERYBODY = -1;

/** First 8 bytes of HMAC-SHA256 over the numeric user id, as 16 hex digits: tells the users of one device apart. */
export function userHash(userSecret: Uint8Array, uid: number): string {
  return createHmac('sha256', userSecret).update(`uid:${uid}`).digest('hex').slice(0, 16);
}
