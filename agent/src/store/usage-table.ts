/** Usage and coverage rows, what of them was acknowledged, and where metering stood. */
import { ENOUGH_FRONT_SECONDS, type ExecutableId, PERSON_PRESENT_SECONDS } from '@fleetmeter/proto';
import type { UsageSelection } from '../delta/directive-decision.ts';
import type { CoverageRow, LiveProcess, MeterMark, Origin, UsageRow } from '../usage/usage-values.ts';
import { ForegroundTable } from './foreground-table.ts';
import { launchCounts } from './launch-counts.ts';
import type { StateDatabase } from './state-database.ts';

type Row = Record<string, unknown>;

/** `inOrder`: its marks are told in true order, which its first flush decides (see usage/slot-order.ts). */
export type KeptUsage = UsageRow & { inOrder?: boolean };

/** A usage row of which the collector lacks something. */
export interface DueUsage extends UsageRow {
  inOrder: boolean;
  usageNo: number;
  /** Counter value of its last change. */
  changed: number;
  acknowledgedSlots: Uint8Array;
  /** What may be told of its time in front and behind a lock; undefined: nothing. */
  foregroundSeconds: number | undefined;
  lockedSeconds: number | undefined;
}

export interface DueCoverage extends CoverageRow {
  changed: number;
}

export interface MeterFlush {
  usage: readonly KeptUsage[];
  coverage: readonly CoverageRow[];
  live: readonly LiveProcess[];
  mark: MeterMark;
}

/** Beyond every day and sequence. */
const NEVER = 2 ** 40;
/** Rows of a UsageSelection; takes its day, its sequence and its days as JSON. */
const SELECTED = '(day >= ?1 OR acknowledged_by > ?2 OR day IN (SELECT value FROM json_each(?3)))';

export class UsageTable {
  readonly #database: StateDatabase;
  readonly #foreground: ForegroundTable;
  constructor(database: StateDatabase) {
    this.#database = database;
    this.#foreground = new ForegroundTable(database);
  }

  /** Rows, live processes and mark in one transaction: a crash sees all of a flush or nothing. */
  flush({ usage, coverage, live, mark }: MeterFlush): void {
    this.#database.transaction(() => {
      let counter = this.#counter();
      for (const row of usage) this.#writeUsage(row, ++counter);
      for (const row of coverage) this.#writeCoverage(row, ++counter);
      this.#writeLive(live);
      this.#database
        .sql('INSERT OR REPLACE INTO meter_state VALUES (1, ?, ?, ?, ?, ?)')
        .run(mark.bootId, mark.monotonicMs, mark.bootMs, counter, Number(mark.isResumable));
    });
  }

  /** Days before `today` are over: what of their time in front waited for that is due. After each flush(). */
  closeDays(today: number): void {
    this.#database.transaction(() => {
      let counter = this.#counter();
      this.#foreground.close(today, () => ++counter);
      this.#database
        .sql('UPDATE meter_state SET usage_counter = ? WHERE usage_counter < ?')
        .run(counter, counter);
    });
  }

  #counter(): number {
    return (this.#database.sql('SELECT usage_counter FROM meter_state').get()?.usage_counter as number) ?? 0;
  }

  #writeUsage(row: KeptUsage, changed: number): void {
    const { launches, attention } = row;
    this.#foreground.wrote(row.day);
    this.#database
      .sql(
        `INSERT INTO usage (day, run, executable_id, user, seconds, launches_user, launches_autostart,
           launches_service, launches_scheduler, launches_unknown, slots, changed, in_order,
           front_seconds, front_unknown_seconds, locked_seconds, foreground_seconds)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, iif(?14 >= ${ENOUGH_FRONT_SECONDS}, ?14, NULL))
         ON CONFLICT (day, run, executable_id, user) DO UPDATE SET seconds = excluded.seconds,
           launches_user = excluded.launches_user, launches_autostart = excluded.launches_autostart,
           launches_service = excluded.launches_service, launches_scheduler = excluded.launches_scheduler,
           launches_unknown = excluded.launches_unknown, slots = excluded.slots, changed = excluded.changed,
           front_seconds = excluded.front_seconds, front_unknown_seconds = excluded.front_unknown_seconds,
           locked_seconds = excluded.locked_seconds,
           foreground_seconds = coalesce(excluded.foreground_seconds, foreground_seconds), settled_on = 0`,
      )
      .run(
        row.day,
        row.run,
        row.executableId,
        row.user,
        row.seconds,
        launches.user,
        launches.autostart,
        launches.service,
        launches.scheduler,
        launches.unknown,
        row.slots,
        changed,
        Number(row.inOrder ?? false),
        attention?.frontSeconds ?? null,
        attention ? attention.frontUnknownSeconds : row.seconds,
        attention?.lockedSeconds ?? null,
      );
  }

  #writeCoverage(row: CoverageRow, changed: number): void {
    this.#database
      .sql(
        `INSERT INTO coverage (day, run, seconds, unobserved_seconds, interactive_seconds, interactive_changed, changed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
         ON CONFLICT (day, run) DO UPDATE SET seconds = excluded.seconds,
           unobserved_seconds = excluded.unobserved_seconds,
           interactive_changed = CASE WHEN interactive_seconds IS excluded.interactive_seconds
             THEN interactive_changed ELSE excluded.changed END,
           interactive_seconds = excluded.interactive_seconds, changed = excluded.changed, settled_on = 0`,
      )
      .run(row.day, row.run, row.seconds, row.unobservedSeconds, toldInteractive(row), changed);
  }

  #writeLive(live: readonly LiveProcess[]): void {
    this.#database.sql('DELETE FROM live_processes').run();
    const insert = this.#database.sql('INSERT INTO live_processes VALUES (?, ?, ?, ?, ?, ?)');
    for (const each of live)
      insert.run(
        each.process,
        each.program,
        each.executableId ?? null,
        each.user,
        each.origin ?? null,
        each.countedUntilMs,
      );
  }

  mark(): MeterMark | undefined {
    const row = this.#database.sql('SELECT boot_id, monotonic_ms, boot_ms, resumable FROM meter_state').get();
    if (!row) return undefined;
    return {
      bootId: row.boot_id as string,
      monotonicMs: row.monotonic_ms as number,
      bootMs: row.boot_ms as number,
      isResumable: row.resumable === 1,
    };
  }

  /** Metering is interrupted: no later run of the agent goes on from where it stood. */
  forgetMark(): void {
    this.#database.transaction(() => {
      this.#database.sql('UPDATE meter_state SET resumable = 0').run();
      this.#writeLive([]);
    });
  }

  /** Forgets what other users did, sent or not. Returns how many rows. */
  eraseOthers(user: string): number {
    return Number(this.#database.sql('DELETE FROM usage WHERE user <> ?').run(user).changes);
  }

  /** Forgets what is told in true order of programs of which this is refused now, sent or not. Returns how many rows. */
  eraseInOrder(isRefused: (executableId: ExecutableId) => boolean): number {
    const told = this.#database
      .sql('SELECT DISTINCT executable_id AS id FROM usage WHERE in_order = 1')
      .all();
    const refused = told.filter(({ id }) => isRefused(id as ExecutableId));
    return refused.reduce(
      (rows, { id }) =>
        rows + this.#changes('DELETE FROM usage WHERE in_order = 1 AND executable_id = ?', id as string),
      0,
    );
  }

  /** Forgets all usage and coverage, sent or not. Returns how many rows of usage. */
  eraseAll(): number {
    return this.#database.transaction(() => {
      this.#database.sql('DELETE FROM coverage').run();
      return Number(this.#database.sql('DELETE FROM usage').run().changes);
    });
  }

  live(): LiveProcess[] {
    return this.#database
      .sql('SELECT * FROM live_processes')
      .all()
      .map((row) => ({
        process: row.process as string,
        program: row.program as string,
        executableId: (row.executable_id as string | null) ?? undefined,
        user: row.user as string,
        origin: (row.origin as Origin | null) ?? undefined,
        countedUntilMs: row.counted_until_ms as number,
      }));
  }

  /** Time behind a lock goes with what is sent of a day that is over: with each record it would take more bytes than it is worth. */
  #dueUsage(row: Row): DueUsage {
    const due = dueUsage(row);
    const lockedSeconds = (row.locked_seconds as number | null) ?? undefined;
    return this.#foreground.isClosed(due.day) ? { ...due, lockedSeconds } : due;
  }

  /** The longest-waiting rows first, so that a bound on their number starves none. */
  dueUsage(limit: number): DueUsage[] {
    return this.#database
      .sql('SELECT * FROM usage WHERE changed > acknowledged ORDER BY changed LIMIT ?')
      .all(limit)
      .map((row) => this.#dueUsage(row));
  }

  /**
   * Of days of which all usage goes along that is due; `usageTold`: so many rows of it go. A day that is told as observed must not look
   * unused because the rest of it waits.
   */
  dueCoverage(limit: number, usageTold = Number.MAX_SAFE_INTEGER): DueCoverage[] {
    return this.#database
      .sql(
        `SELECT * FROM coverage WHERE changed > acknowledged AND day NOT IN
           (SELECT day FROM (SELECT day FROM usage WHERE changed > acknowledged ORDER BY changed LIMIT -1 OFFSET ?2))
         ORDER BY changed LIMIT ?1`,
      )
      .all(limit, usageTold)
      .map((row) => ({
        day: row.day as number,
        run: row.run as string,
        seconds: row.seconds as number,
        unobservedSeconds: row.unobserved_seconds as number,
        // Told once: the collector keeps the most it was told.
        interactiveSeconds:
          (row.interactive_changed as number) > (row.acknowledged as number)
            ? ((row.interactive_seconds as number | null) ?? undefined)
            : undefined,
        changed: row.changed as number,
      }));
  }

  /** Forgets what was acknowledged before this epoch, unless it has changed since. */
  forgetEarlierEpochs(): void {
    for (const table of ['usage', 'coverage'])
      this.#database
        .sql(
          `DELETE FROM ${table} WHERE acknowledged > 0 AND acknowledged_by = 0 AND changed <= acknowledged`,
        )
        .run();
  }

  countDue(): number {
    return this.#database.sql('SELECT count(*) AS n FROM usage WHERE changed > acknowledged').get()
      ?.n as number;
  }

  /** What is selected is due again, whole, and so are its digests. A report in flight no longer acknowledges any of it. */
  unacknowledge(selection: UsageSelection): void {
    const { sinceDay, afterSequence, days } = selection;
    const values = [sinceDay ?? NEVER, afterSequence ?? NEVER, JSON.stringify(days ?? [])];
    const run = (sql: string): void => void this.#database.sql(sql).run(...values);
    this.#database.transaction(() => {
      run(`DELETE FROM outbox_usage WHERE usage_no IN (SELECT usage_no FROM usage WHERE ${SELECTED})`);
      run(
        `DELETE FROM outbox_coverage WHERE (day, run) IN (SELECT day, run FROM coverage WHERE ${SELECTED})`,
      );
      run(
        `UPDATE usage SET acknowledged = 0, acknowledged_by = 0, acknowledged_slots = zeroblob(36),
           settled_on = 0 WHERE ${SELECTED}`,
      );
      run(`UPDATE coverage SET acknowledged = 0, acknowledged_by = 0, settled_on = 0 WHERE ${SELECTED}`);
      run(
        `DELETE FROM outbox_digests WHERE (day, run) IN (SELECT day, run FROM usage_digests WHERE ${SELECTED})`,
      );
      run(`UPDATE usage_digests SET changed = 0, acknowledged_by = 0 WHERE ${SELECTED}`);
    });
  }

  /**
   * Forgets rows that have been acknowledged for `keptDays`, and beyond a number the oldest days, acknowledged ones
   * first. What was never acknowledged has no age at which it goes: the clock may be wrong. Returns how many
   * unacknowledged rows were lost.
   */
  prune(today: number, keptDays: number, mostRows: number): number {
    const run = (sql: string, ...values: number[]): number =>
      Number(this.#database.sql(sql).run(...values).changes);
    return this.#database.transaction(() => {
      for (const table of ['usage', 'coverage']) {
        // A day yet to come was noted by a clock that was wrong.
        run(
          `UPDATE ${table} SET settled_on = ?1 WHERE changed <= acknowledged AND (settled_on = 0 OR settled_on > ?1)`,
          today,
        );
        run(
          `DELETE FROM ${table} WHERE changed <= acknowledged AND settled_on < ?1 AND day < ?1`,
          today - keptDays,
        );
      }
      const kept = this.#database.sql('SELECT count(*) AS n FROM coverage').get()?.n as number;
      if (kept > mostRows)
        run(
          'DELETE FROM coverage WHERE (day, run) IN (SELECT day, run FROM coverage ORDER BY changed <= acknowledged DESC, changed LIMIT ?)',
          kept - mostRows,
        );
      let rows = this.#database.sql('SELECT count(*) AS n FROM usage').get()?.n as number;
      const due = this.countDue();
      while (rows > mostRows) rows -= this.forgetOldestAcknowledgedDay() || this.forgetOldestDay();
      run(
        `DELETE FROM usage_digests WHERE (day, run) NOT IN
         (SELECT day, run FROM usage UNION SELECT day, run FROM coverage)`,
      );
      return due - this.countDue();
    });
  }

  /** Of the first day that has any. Returns how many rows went. */
  forgetOldestAcknowledgedDay(): number {
    const from = 'FROM usage WHERE changed <= acknowledged';
    return this.#changes(`DELETE ${from} AND day = (SELECT min(day) ${from})`);
  }

  /**
   * All of the first day that there is, and that the day was observed: use that is not known must not look like none.
   * A report in flight no longer acknowledges any of it. Returns how many usage rows went.
   */
  forgetOldestDay(): number {
    return this.#database.transaction(() => {
      const day = this.#database.sql('SELECT min(day) AS day FROM usage').get()?.day as number | null;
      if (day === null) return 0;
      this.#changes(
        'DELETE FROM outbox_usage WHERE usage_no IN (SELECT usage_no FROM usage WHERE day = ?)',
        day,
      );
      this.#changes('DELETE FROM coverage WHERE changed > acknowledged AND day = ?', day);
      return this.#changes('DELETE FROM usage WHERE day = ?', day);
    });
  }

  #changes(sql: string, ...values: (number | string)[]): number {
    return Number(this.#database.sql(sql).run(...values).changes);
  }
}

/** What may be told of them, so that nothing else is kept. */
const toldInteractive = ({ interactiveSeconds }: CoverageRow): number | null =>
  interactiveSeconds === undefined ? null : Math.min(interactiveSeconds, PERSON_PRESENT_SECONDS);

function dueUsage(row: Row): DueUsage {
  return {
    usageNo: row.usage_no as number,
    day: row.day as number,
    run: row.run as string,
    executableId: row.executable_id as string,
    user: row.user as string,
    seconds: row.seconds as number,
    launches: launchCounts(row),
    slots: row.slots as Uint8Array,
    acknowledgedSlots: row.acknowledged_slots as Uint8Array,
    foregroundSeconds: (row.foreground_seconds as number | null) ?? undefined,
    lockedSeconds: undefined,
    changed: row.changed as number,
    inOrder: row.in_order === 1,
  };
}
