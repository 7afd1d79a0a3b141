/** What a rebuild was asked to derive anew, and what that comes to. Pure. */
import type { DirtyTarget } from '../control/contract/dirty-targets.ts';

export interface RebuildRequest {
  /** Days since 1970, UTC, both included; undefined: none. */
  days?: { first: number; last: number } | undefined;
  inventory: boolean;
  /** Every day that can be derived, and the inventory. */
  all: boolean;
  /** Of its time it works at most this part. */
  timePercent: number;
}

/** Written down after each target, so that a restart goes on where it stopped. */
export interface RebuildProgress {
  /** The inventory first, then days, newest first. */
  waiting: DirtyTarget[];
  done: number;
  /** Days that were asked for and cannot be derived: their facts are gone, their totals are final. */
  skipped: number[];
  /** What went wrong last, and how often in a row; '' while it goes on. */
  fault: string;
  failures: number;
}

export interface RebuildResult {
  done: number;
  skipped: number[];
}

/** `derivable`: days of which all facts are still here. */
export function beginRebuild(request: RebuildRequest, derivable: readonly number[]): RebuildProgress {
  const { days, inventory, all } = request;
  const have = new Set(derivable);
  const asked = new Set(all ? derivable : []);
  if (days) for (let day = days.first; day <= days.last; day++) asked.add(day);
  const newestFirst = [...asked].sort((a, b) => b - a);
  const waiting: DirtyTarget[] = inventory || all ? [{ kind: 'inventory' }] : [];
  for (const day of newestFirst) if (have.has(day)) waiting.push({ kind: 'usage-day', day });
  return {
    waiting,
    done: 0,
    skipped: newestFirst.filter((day) => !have.has(day)),
    fault: '',
    failures: 0,
  };
}

export function withoutFirst(progress: RebuildProgress): RebuildProgress {
  const { waiting, done, skipped } = progress;
  return { waiting: waiting.slice(1), done: done + 1, skipped, fault: '', failures: 0 };
}

export function afterFailure(progress: RebuildProgress, fault: string): RebuildProgress {
  return { ...progress, fault: fault.slice(0, 500), failures: progress.failures + 1 };
}
