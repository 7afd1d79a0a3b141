/**
 * Aggregates are derived from facts, never incremented. This loop takes dirty marks, oldest first, and clears a
 * mark only when nothing arrived since it was read; a crash in between leaves the mark and the last right value.
 */

import type { Logger } from 'pino';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { deriveCoverageWindows } from '../clickhouse/derive-coverage.ts';
import { deriveInventory } from '../clickhouse/derive-inventory.ts';
import { areApplicationsNumbered, numberApplications } from '../clickhouse/number-applications.ts';
import { type HeldCounts, readHeldCounts } from '../clickhouse/usage-exclusions.ts';
import { Rest } from '../clock/rest.ts';
import type { DirtyMark, DirtyTarget } from '../control/contract/dirty-targets.ts';
import type { ControlStore } from '../control/control-store.ts';
import { deriveJudgedDay } from './derive-judged-day.ts';
import type { HoldLimits } from './held-summaries.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import { devicesRefresher } from './refresh-devices.ts';
import type { SupersedingOutcome } from './supersede-devices.ts';

export interface RecomputeOptions {
  clickhouse: ClickHouse;
  control: ControlStore;
  log: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Version of the catalogue that names applications now, for the rows. */
  catalogueVersion: () => string;
  /** Whose turn it is to derive. */
  deriving: OneAtATime;
  /** While true nothing is derived: mappings are on their way from one catalogue to the next. */
  held: () => boolean;
  /** Of its time the job works at most this part: at 5, a round of 3 minutes is followed by 57 of rest. */
  timePercent: number;
  /** Shortest time between two rounds. */
  intervalMs: number;
  /** How long a device must have been silent after another with its hardware joined, to be its former self. */
  supersedeAfterMs: number;
  /** From when on records in quarantine hold an application's day. */
  holdLimits: HoldLimits;
  onSuperseding: (outcome: SupersedingOutcome) => void;
  /** How much is held now; at the start, and after each round that derived anything. */
  onHeld: (held: HeldCounts) => void;
  onDerived: (target: DirtyTarget, milliseconds: number) => void;
  onFailed: (target: DirtyTarget) => void;
}

export interface Recompute {
  /** Begin the next round now: somebody waits for it. */
  wake(): void;
  /** Stops after the derivation in hand. */
  close(): Promise<void>;
}

const MILLISECONDS_A_DAY = 86_400_000;
/** After a first failure; twice as long after each further one in a row, up to the usual rest. */
const RETRY_MS = 2_000;
/** Days that administrators look at; what is older is derived one day a round, in the background. */
const RECENT_DAYS = 7;

export function startRecompute(options: RecomputeOptions): Recompute {
  const { control, log, now, intervalMs } = options;
  const stopping = new AbortController();
  const resting = new Rest();
  let presentDay = 0;
  const refreshDevices = devicesRefresher(options);
  let told = false;
  /** Days were derived since coverage was last summed over them; by an earlier process, for all that is known. */
  let areWindowsOwed = true;
  const sumCoverage = async (): Promise<void> => {
    if (areWindowsOwed) await deriveCoverageWindows(options.clickhouse, now());
    areWindowsOwed = false;
  };
  const tellHeld = async (): Promise<void> => {
    options.onHeld(await readHeldCounts(options.clickhouse));
    told = true;
  };
  /** False when something could not be derived. */
  const round = async (): Promise<boolean> => {
    const today = Math.floor(now() / MILLISECONDS_A_DAY);
    // A new day begins with everybody's presence and nobody's use.
    if (today !== presentDay) control.markDirty([{ kind: 'usage-day', day: today }], now());
    presentDay = today;
    const before = control.dirtyMarks();
    // After the marks were read: what set one of them is in the heads already.
    let whole = await refreshDevices().then(
      () => true,
      (error: unknown) => {
        log.warn(
          { error: String(error) },
          'the list of devices could not be derived and will be tried again',
        );
        return false;
      },
    );
    // The devices may have changed in a way that no report told of.
    const counted = control.dirtyMarks().filter(isInventory);
    const marks = dueMarks(before.some(isInventory) ? before : [...before, ...counted], today);
    if (!told) await tellHeld();
    if (marks.length === 0 || options.held()) {
      if (!(await areApplicationsNumbered(options.clickhouse))) await numberApplications(options.clickhouse);
      await sumCoverage();
      return whole;
    }
    await numberApplications(options.clickhouse);
    for (const mark of marks) {
      if (stopping.signal.aborted) return whole;
      if ((await deriveMarked(mark, today, options)) !== undefined) whole = false;
      if (mark.target.kind === 'usage-day') areWindowsOwed = true;
    }
    await sumCoverage();
    await tellHeld();
    return whole;
  };
  let failures = 0;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const began = performance.now();
      const whole = await options.deriving.run(round).catch((error: unknown) => {
        // The control store or the engine has a bad moment; the marks are still there when it has passed.
        log.warn({ error: String(error) }, 'recompute could not begin and will try again');
        return false;
      });
      failures = whole ? 0 : failures + 1;
      const rest = Math.max(intervalMs, (performance.now() - began) * (100 / options.timePercent - 1));
      // An engine that died while it swapped a partition shows its rows twice until it is derived again.
      await resting.for(whole ? rest : Math.min(rest, RETRY_MS * 2 ** (failures - 1)));
    }
  };
  const running = run().catch((error: unknown) => log.error({ error: String(error) }, 'recompute ended'));
  return {
    wake: () => resting.wake(),
    async close() {
      stopping.abort();
      resting.wake();
      await running;
    },
  };
}

/**
 * What this round derives, in order: the inventory, since today's usage row shows how many devices have an
 * application; the recent days, newest first; and one older day, the newest of them.
 */
export function dueMarks(marks: readonly DirtyMark[], today: number): DirtyMark[] {
  const newestFirst = marks.toSorted((a, b) => rank(b) - rank(a));
  const recent = newestFirst.filter((mark) => rank(mark) > today - RECENT_DAYS);
  const [older] = newestFirst.slice(recent.length);
  return older ? [...recent, older] : recent;
}

const isInventory = ({ target }: DirtyMark): boolean => target.kind === 'inventory';

function rank({ target }: DirtyMark): number {
  return target.kind === 'inventory' ? Number.POSITIVE_INFINITY : target.day;
}

/** Undefined once it is derived, otherwise what went wrong; then the mark stays. In a turn of `deriving`. */
export async function deriveMarked(
  { target, generation }: DirtyMark,
  today: number,
  options: RecomputeOptions,
): Promise<string | undefined> {
  const { clickhouse, control, log, now, catalogueVersion, onDerived, onFailed } = options;
  const began = performance.now();
  try {
    if (target.kind === 'inventory') {
      await deriveInventory(clickhouse, now(), catalogueVersion());
      control.markDirty([{ kind: 'usage-day', day: today }], now());
    } else {
      await deriveJudgedDay(target.day, options);
    }
    control.clearDirty(target, generation);
    onDerived(target, performance.now() - began);
    return undefined;
  } catch (error) {
    // The mark stays, so the next round tries again; yesterday's right number beats a wrong one.
    log.warn({ target, error: String(error) }, 'recompute failed and will be tried again');
    onFailed(target);
    return String(error);
  }
}
