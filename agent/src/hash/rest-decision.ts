/**
 * Whether hashing rests: on battery, and while the computer has other work that waits. It never rests for ever, since a
 * server that is always busy, or a laptop that never sees a cable, has programs too. Pure.
 *
 * Pressure does not say who waits. On a slow disk hashing may be the one: it then rests, the pressure goes, and it works on, so that it
 * takes turns with itself. That is slower and harms nobody, whereas leaving its own waiting out would hide that of others.
 */

export type RestReason = 'battery' | 'load';

/** Shares are in percent of the last ten seconds or so. */
export interface MachineState {
  onBattery: boolean;
  /** Some program waited for a processor, for storage, for memory; undefined: the system does not say. */
  pressure: { cpu: number; storage: number; memory: number } | undefined;
  /** Programs that want to run, per core: what counts where there is no pressure. */
  loadPerCore: number;
}

export interface RestState {
  /** undefined: it works. */
  reason: RestReason | undefined;
  /** Monotonic milliseconds at which this reason began to hold, whether it is heeded or not; undefined: none holds. */
  sinceMs: number | undefined;
  /** Works until then, whatever holds. */
  heedlessUntilMs: number;
}

export const NO_REST: RestState = { reason: undefined, sinceMs: undefined, heedlessUntilMs: 0 };

/** Percent at which rest begins, and below which it ends. */
export const BUSY = { cpu: 50, storage: 40, memory: 20, loadPerCore: 1.5 } as const;
export const CALM = { cpu: 25, storage: 20, memory: 5, loadPerCore: 0.8 } as const;

const HOUR_MS = 3_600_000;
/** Rest at a stretch; then it works for a while in spite of the reason, at its usual pace and priority. */
export const LONGEST_REST_MS: Readonly<Record<RestReason, number>> = { load: HOUR_MS, battery: 24 * HOUR_MS };
export const HEEDLESS_MS: Readonly<Record<RestReason, number>> = { load: HOUR_MS / 6, battery: HOUR_MS };

export function decideRest(before: RestState, machine: MachineState, nowMs: number): RestState {
  if (nowMs < before.heedlessUntilMs) return { ...before, reason: undefined };
  const reason = reasonNow(machine, before.reason === 'load');
  if (reason === undefined) return NO_REST;
  const sinceMs = before.reason === reason ? (before.sinceMs ?? nowMs) : nowMs;
  if (nowMs - sinceMs < LONGEST_REST_MS[reason]) return { reason, sinceMs, heedlessUntilMs: 0 };
  return { reason: undefined, sinceMs: undefined, heedlessUntilMs: nowMs + HEEDLESS_MS[reason] };
}

function reasonNow(machine: MachineState, resting: boolean): RestReason | undefined {
  if (machine.onBattery) return 'battery';
  // Two thresholds: at one alone hashing would stop and go with every breath of the machine.
  return isAbove(machine, resting ? CALM : BUSY) ? 'load' : undefined;
}

function isAbove({ pressure, loadPerCore }: MachineState, most: typeof BUSY | typeof CALM) {
  if (!pressure) return loadPerCore >= most.loadPerCore;
  return pressure.cpu >= most.cpu || pressure.storage >= most.storage || pressure.memory >= most.memory;
}
