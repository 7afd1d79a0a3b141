/**
 * How a change of settings spreads over the devices of a group: ring by ring, a small share first. Pure.
 *
 * Which ring a device is in follows from its id and the number of the rollout: stable within one, another for the next,
 * so that not always the same devices go first.
 */
import { hash } from 'node:crypto';

export interface Ring {
  /** Percent of the devices that have the new settings once it is open; the last ring has 100. */
  percent: number;
  /** Minutes after the change at which it opens by itself; never less than those of the ring before. */
  afterMinutes: number;
}

export const DEFAULT_RINGS: readonly Ring[] = [
  { percent: 1, afterMinutes: 0 },
  { percent: 10, afterMinutes: 60 },
  { percent: 100, afterMinutes: 1440 },
];

export interface Rollout {
  /** Names the rollout; devices are dealt out by it. */
  number: number;
  rings: readonly Ring[];
  /** Index of the ring that was open at `ringAt`, milliseconds since 1970. */
  ring: number;
  ringAt: number;
  /** No ring opens by itself. */
  halted: boolean;
}

const MINUTE_MS = 60_000;

/** The ring that is open now, and since when: times are counted from there on, so that a halt shifts what follows. */
export function openRing(
  { rings, ring, ringAt, halted }: Rollout,
  now: number,
): { ring: number; since: number } {
  let open = { ring, since: ringAt };
  while (!halted) {
    const opensAt = opensAfter(rings, open);
    if (opensAt === undefined || now < opensAt) break;
    open = { ring: open.ring + 1, since: opensAt };
  }
  return open;
}

/** When the next ring opens by itself, milliseconds since 1970; undefined when the last one is open. */
export function opensAfter(
  rings: readonly Ring[],
  open: { ring: number; since: number },
): number | undefined {
  const [present, next] = [rings[open.ring], rings[open.ring + 1]];
  if (!present || !next) return undefined;
  return open.since + (next.afterMinutes - present.afterMinutes) * MINUTE_MS;
}

/** Whether the device has the new settings when a ring of this many percent is open. */
export function isInRing(deviceId: string, rolloutNumber: number, percent: number): boolean {
  if (percent >= 100) return true;
  const dealt = Number.parseInt(hash('sha256', `${rolloutNumber}:${deviceId}`).slice(0, 8), 16);
  return dealt < (percent / 100) * 2 ** 32;
}
