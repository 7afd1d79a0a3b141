/**
 * Whether the stream takes more. It is bounded in three ways: bytes that it holds, bytes that must stay free on its
 * disk, and the age of the oldest report that waits to be processed. The last one bounds what an acknowledgement
 * may cost: agents keep what they reported for 35 days beyond it, so a collector that has processed nothing for
 * weeks stops taking reports, and agents keep their own state, while everything can still come back.
 *
 * Pure; times are milliseconds since 1970, passed in.
 */

export interface StreamLimits {
  /** Bytes of envelopes held. */
  maxBytes: number;
  /** Bytes that must stay free on the disk. */
  minFreeBytes: number;
  /** Of the oldest report that is not processed. */
  maxAgeMs: number;
  /**
   * What gives way at a limit: `refuse` takes nothing new, and agents keep it; `drop-oldest` gives up what waits
   * longest, unprocessed, whole segments at a time. Agents are asked for what is then missing (a gap).
   */
  atLimit: 'refuse' | 'drop-oldest';
}

const day = 86_400_000;
const gib = 1024 ** 3;
export const STREAM_LIMITS: StreamLimits = {
  maxBytes: 50 * gib,
  minFreeBytes: gib / 2,
  maxAgeMs: 14 * day,
  atLimit: 'refuse',
};

export interface StreamOccupancy {
  /** Held already, and about to be added. */
  bytes: number;
  newBytes: number;
  freeBytes: number;
  /** When the oldest report that waits was received; undefined when none waits. */
  oldestWaitingAt: number | undefined;
  now: number;
}

/** What is exceeded, in words; undefined when there is room. */
export function lackOfRoom(
  { maxBytes, minFreeBytes, maxAgeMs }: StreamLimits,
  { bytes, newBytes, freeBytes, oldestWaitingAt, now }: StreamOccupancy,
): string | undefined {
  if (bytes + newBytes > maxBytes) return `the stream holds ${bytes} bytes of at most ${maxBytes}`;
  if (freeBytes - newBytes < minFreeBytes)
    return `${freeBytes} bytes are free on the disk, ${minFreeBytes} must stay so`;
  if (oldestWaitingAt !== undefined && now - oldestWaitingAt > maxAgeMs)
    return `a report waits for ${Math.floor((now - oldestWaitingAt) / day)} days, at most ${maxAgeMs / day}`;
  return undefined;
}
