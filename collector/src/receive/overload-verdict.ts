/**
 * Whether a request that has just arrived is taken, or refused before anything of it is looked at. Pure.
 *
 * The thread serves whatever has arrived in one turn of its loop, one request after the other; more than fits into a
 * turn is more than it can do. So the age of the present turn is what a request has waited, and tells overload
 * whatever the cause: too many requests, large ones, a slow machine. Requests in hand wait for the disk; their number
 * and bytes bound what they take of the memory.
 */

export interface OverloadLimits {
  /** A turn of the loop takes no more when it has lasted this long, ... */
  turnMs: number;
  /** ... and has taken so many requests: when a few last long, the machine is slow or busy, and refusing helps nobody. */
  turnRequests: number;
  /** Requests in hand: arrived as a whole and not answered. */
  requests: number;
  /** Bytes of their bodies. */
  bytes: number;
}

export const OVERLOAD_LIMITS: OverloadLimits = {
  // Some 400 hourly reports. Acknowledgements then take twice as long: long before agents give up, who wait a minute.
  turnMs: 100,
  turnRequests: 256,
  // As many as wait for a commit (APPEND_QUEUE_LIMITS.queueRecords): beyond it the stream would refuse them, at full price.
  requests: 4_096,
  bytes: 64 * 1024 * 1024,
};

export interface Load {
  /** Milliseconds since the present turn of the loop began. */
  turnMs: number;
  /** Taken in it. */
  turnRequests: number;
  requests: number;
  bytes: number;
}

/** `bodyBytes` as announced. `paid`: it came first over a handshake that cost more than the request will. */
export function isOverloaded(
  load: Load,
  { bodyBytes, paid }: { bodyBytes: number; paid: boolean },
  limits: OverloadLimits,
): boolean {
  if (load.requests >= limits.requests) return true;
  if (load.requests > 0 && load.bytes + bodyBytes > limits.bytes) return true;
  return !paid && load.turnMs > limits.turnMs && load.turnRequests >= limits.turnRequests;
}

/** Retry-After is drawn from this range, so that those who were refused together do not come back together. */
const RETRY_SECONDS = { least: 60, most: 180 };

/** `random` is in [0, 1). */
export function retryAfterSeconds(random: number): number {
  return RETRY_SECONDS.least + Math.floor(random * (RETRY_SECONDS.most - RETRY_SECONDS.least + 1));
}
