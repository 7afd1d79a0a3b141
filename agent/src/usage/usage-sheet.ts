/**
 * Cumulative values of the present run, in memory. A *subject* is an executable id, or the name of a program
 * whose id is not known yet. Rows of programs wait until the id is known and are then added to its rows.
 */
import { type ExecutableId, PERSON_PRESENT_SECONDS } from '@fleetmeter/proto';
import type { StretchAttention } from './attention.ts';
import { AttentionSum } from './attention-sum.ts';
import { cutAtMidnight, type Span } from './interval-days.ts';
import { countSlots, noSlots, setSlot } from './slots.ts';
import type { CoverageRow, LaunchCounts, Origin, UsageRow } from './usage-values.ts';

/** Rows held at most; what would need more is dropped and counted. */
const MOST_ROWS = 50_000;
const MOST_SECONDS = 86_400;
const SECONDS_PER_SLOT = 300;
/** Of the time observed: the first look of a run never knows. */
const MOST_UNKNOWN = 0.1;

interface Sum {
  milliseconds: number;
  isClamped?: true;
}

interface SheetRow extends Sum {
  run: string;
  day: number;
  subject: string;
  user: string;
  attention: AttentionSum;
  slots: Uint8Array;
  launches: LaunchCounts;
  changed: boolean;
}

interface CoverageSum {
  run: string;
  day: number;
  observed: Sum;
  unobserved: Sum;
  interactive: Sum;
  /** Of those observed, the ones of which it is not known. */
  presenceUnknownMs: number;
  changed: boolean;
}

/** What an interval was: nobody looked; or observed, and whether a person was at the computer, undefined when that cannot be told. */
export type CoveredAs = 'unobserved' | { interactive: boolean | undefined };

export class UsageSheet {
  readonly #rows = new Map<string, SheetRow>();
  readonly #coverage = new Map<string, CoverageSum>();
  /** Values that were not kept for want of room. */
  dropped = 0;
  /**
   * Values that were cut off at what a day or its marks can hold. Only a clock that was set by less than makes a new run may
   * do that; anything else is a fault.
   */
  clamped = 0;

  addTime(run: string, subject: string, user: string, wallSpan: Span, attention: StretchAttention): void {
    for (const part of cutAtMidnight(wallSpan)) {
      const row = this.#row(run, part.day, subject, user);
      if (!row) continue;
      row.milliseconds += part.milliseconds;
      row.attention.add(part.milliseconds, attention);
      for (let slot = part.firstSlot; slot <= part.lastSlot; slot++) setSlot(row.slots, slot);
      row.changed = true;
    }
  }

  addLaunch(run: string, subject: string, user: string, day: number, origin: Origin): void {
    const row = this.#row(run, day, subject, user);
    if (!row) return;
    row.launches[origin] += 1;
    row.changed = true;
  }

  /** Time of the row that its whole seconds leave out, in milliseconds below 1,000. */
  beyondWholeSeconds(run: string, subject: string, user: string, day: number): number {
    return (this.#rows.get(`${run} ${day} ${user} ${subject}`)?.milliseconds ?? 0) % 1000;
  }

  addCoverage(run: string, wallSpan: Span, as: CoveredAs): void {
    for (const { day, milliseconds } of cutAtMidnight(wallSpan)) {
      const sum = this.#coverageSum(run, day);
      sum.changed = true;
      if (as === 'unobserved') sum.unobserved.milliseconds += milliseconds;
      else {
        sum.observed.milliseconds += milliseconds;
        if (as.interactive === undefined) sum.presenceUnknownMs += milliseconds;
        else if (as.interactive) sum.interactive.milliseconds += milliseconds;
      }
    }
  }

  /**
   * The program turned out to be this executable. Where both have time on a day it may be the same time, so the
   * larger counts: too little for a moment rather than anything twice.
   */
  identify(program: string, executableId: ExecutableId): void {
    for (const row of this.#take(program)) {
      const target = this.#row(row.run, row.day, executableId, row.user);
      if (!target) continue;
      target.milliseconds = Math.max(target.milliseconds, row.milliseconds);
      target.attention.unite(row.attention);
      row.slots.forEach((bits, index) => {
        target.slots[index] = (target.slots[index] as number) | bits;
      });
      for (const origin of Object.keys(row.launches) as Origin[])
        target.launches[origin] += row.launches[origin];
      target.changed = true;
    }
  }

  /** The program cannot be identified: its time goes, counted as dropped. */
  forget(program: string): void {
    this.dropped += this.#take(program).length;
  }

  /** Rows that changed since the last call to settle(), those of unidentified programs left out. */
  changedUsage(isIdentified: (subject: string) => boolean): UsageRow[] {
    const changed = [...this.#rows.values()].filter((row) => row.changed && isIdentified(row.subject));
    return changed.map((row) => this.#usageRow(row));
  }

  changedCoverage(): CoverageRow[] {
    return [...this.#coverage.values()]
      .filter((sum) => sum.changed)
      .map((sum) => ({
        ...{ run: sum.run, day: sum.day },
        seconds: this.#atMost(sum.observed, MOST_SECONDS),
        unobservedSeconds: this.#atMost(sum.unobserved, MOST_SECONDS),
        interactiveSeconds: isPresenceKnown(sum) ? this.#atMost(sum.interactive, MOST_SECONDS) : undefined,
      }));
  }

  /** What changedUsage() and changedCoverage() gave is durable; rows that cannot change any more are let go. */
  settle(run: string, today: number, isIdentified: (subject: string) => boolean): void {
    let waiting = false;
    for (const row of this.#rows.values()) {
      if (isIdentified(row.subject)) row.changed = false;
      else waiting = true;
    }
    for (const sum of this.#coverage.values()) sum.changed = false;
    // A program still waiting for its id may add to any row, and a row that began anew would have lost its sum.
    if (waiting) return;
    const done = (row: { run: string; day: number }): boolean => row.run !== run || row.day < today - 1;
    for (const [key, row] of this.#rows) if (done(row)) this.#rows.delete(key);
    for (const [key, sum] of this.#coverage) if (done(sum)) this.#coverage.delete(key);
  }

  #usageRow(row: SheetRow): UsageRow {
    // A clock set back by less than makes a new run would otherwise put more time into marks than they hold.
    const mostSeconds = Math.min(SECONDS_PER_SLOT * countSlots(row.slots), MOST_SECONDS);
    const seconds = this.#atMost(row, mostSeconds);
    return {
      day: row.day,
      run: row.run,
      executableId: row.subject,
      user: row.user,
      seconds,
      attention: row.attention.value(seconds),
      launches: { ...row.launches },
      slots: Uint8Array.from(row.slots),
    };
  }

  #atMost(sum: Sum, mostSeconds: number): number {
    const seconds = Math.floor(sum.milliseconds / 1000);
    if (seconds <= mostSeconds) return seconds;
    if (!sum.isClamped) this.clamped++;
    sum.isClamped = true;
    return mostSeconds;
  }

  #row(run: string, day: number, subject: string, user: string): SheetRow | undefined {
    const key = `${run} ${day} ${user} ${subject}`;
    const known = this.#rows.get(key);
    if (known) return known;
    if (this.#rows.size >= MOST_ROWS) {
      this.dropped += 1;
      return undefined;
    }
    const launches: LaunchCounts = { user: 0, autostart: 0, service: 0, scheduler: 0, unknown: 0 };
    const none = {
      milliseconds: 0,
      attention: new AttentionSum(),
      slots: noSlots(),
      launches,
      changed: false,
    };
    const row = { run, day, subject, user, ...none };
    this.#rows.set(key, row);
    return row;
  }

  #coverageSum(run: string, day: number): CoverageSum {
    const key = `${run} ${day}`;
    const known = this.#coverage.get(key);
    if (known) return known;
    const none = (): Sum => ({ milliseconds: 0 });
    const sum = {
      ...{ run, day, observed: none(), unobserved: none(), interactive: none() },
      ...{ presenceUnknownMs: 0, changed: false },
    };
    this.#coverage.set(key, sum);
    return sum;
  }

  #take(subject: string): SheetRow[] {
    const taken: SheetRow[] = [];
    for (const [key, row] of this.#rows) {
      if (row.subject !== subject) continue;
      taken.push(row);
      this.#rows.delete(key);
    }
    return taken;
  }
}

/**
 * Enough of a person is enough. Nobody, or too little of somebody, is only known when it was too little even with all that is unknown,
 * and that is hardly anything: of several runs of a day each may leave a little unknown, and together enough.
 */
function isPresenceKnown({ observed, interactive, presenceUnknownMs }: CoverageSum): boolean {
  const enoughMs = PERSON_PRESENT_SECONDS * 1000;
  if (interactive.milliseconds >= enoughMs) return true;
  const isTooLittle = interactive.milliseconds + presenceUnknownMs < enoughMs;
  return isTooLittle && presenceUnknownMs <= MOST_UNKNOWN * observed.milliseconds;
}
