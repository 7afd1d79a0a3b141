/**
 * Aggregates are derived from facts, never incremented. This loop takes dirty marks, oldest first, and clears a
 * mark only when nothing arrived since it was read; a crash in between leaves the mark and the last right value.
 */
import type { Logger } from 'pino';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { deriveInventory } from '../clickhouse/derive-inventory.ts';
import { deriveUsageDay } from '../clickhouse/derive-usage-day.ts';
import type { ControlStore, DirtyMark, DirtyTarget } from '../control/control-store.ts';

export interface RecomputeOptions {
  clickhouse: ClickHouse;
  control: ControlStore;
  log: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Shortest time between two rounds. */
  intervalMs: number;
  onDerived: (target: DirtyTarget, milliseconds: number) => void;
  onFailed: (target: DirtyTarget) => void;
}

export interface Recompute {
  /** Stops after the derivation in hand. */
  close(): Promise<void>;
}

const MILLISECONDS_A_DAY = 86_400_000;

export function startRecompute(options: RecomputeOptions): Recompute {
  const { control, log, now, intervalMs } = options;
  const stopping = new AbortController();
  let wake: () => void = () => {};
  let presentDay = 0;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        const today = Math.floor(now() / MILLISECONDS_A_DAY);
        // A new day begins with everybody's presence and nobody's use.
        if (today !== presentDay) control.markDirty([{ kind: 'usage-day', day: today }], now());
        presentDay = today;
        for (const mark of inOrder(control.dirtyMarks())) {
          if (stopping.signal.aborted) return;
          await deriveMarked(mark, today, options);
        }
      } catch (error) {
        // The control store has a bad moment, such as a full disk; its marks are still there when it has passed.
        log.warn({ error: String(error) }, 'recompute cannot read its marks and will try again');
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, intervalMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const running = run().catch((error: unknown) => log.error({ error: String(error) }, 'recompute ended'));
  return {
    async close() {
      stopping.abort();
      wake();
      await running;
    },
  };
}

/** The inventory first: today's usage row shows how many devices have an application. */
function inOrder(marks: DirtyMark[]): DirtyMark[] {
  return marks.toSorted((a, b) => rank(a) - rank(b) || a.since - b.since);
}

function rank(mark: DirtyMark): number {
  return mark.target.kind === 'inventory' ? 0 : 1;
}

async function deriveMarked(
  { target, generation }: DirtyMark,
  today: number,
  options: RecomputeOptions,
): Promise<void> {
  const { clickhouse, control, log, now, onDerived, onFailed } = options;
  const began = performance.now();
  try {
    if (target.kind === 'inventory') {
      await deriveInventory(clickhouse, now());
      control.markDirty([{ kind: 'usage-day', day: today }], now());
    } else {
      await deriveUsageDay(clickhouse, target.day, now());
    }
    control.clearDirty(target, generation);
    onDerived(target, performance.now() - began);
  } catch (error) {
    // The mark stays, so the next round tries again; yesterday's right number beats a wrong one.
    log.warn({ target, error: String(error) }, 'recompute failed and will be tried again');
    onFailed(target);
  }
}
