/**
 * From observations of the process table to cumulative usage. Pure: time comes in with each observation.
 *
 * - A process counts from its kernel start, so one that began between two observations loses nothing; one that
 *   ended between two counts for half of the time in between. The error is under one sampling interval.
 * - Per executable and user the union of its processes counts, so two windows do not make two hours of one.
 * - What was not looked at was not observed: an interval with a sample that failed, or that did not show every process, is not
 *   covered. A process that such a sample does not show may run still, and goes on when the next one shows it.
 * - Durations are monotonic. When wall and monotonic clock come apart (see observed-intervals.ts; the clock
 *   was set, the machine slept) a new run begins, and the interval in which it happened counts for nobody.
 * - After a restart in the same boot a process that is still the same goes on from where it was counted, and one
 *   that began meanwhile counts from its start: nothing twice. Coverage says that nobody watched meanwhile.
 */
import type { ExecutableId } from '@fleetmeter/proto';
import { dayOf, type Instant } from '../clock/clock.ts';
import { type Attention, IntervalAttention } from './attention.ts';
import { CoverageMeter } from './coverage-meter.ts';
import { type Span, spanUntil, unionOf, wallAt, wallSpan } from './interval-days.ts';
import { type Interval, MOST_BACK_MS, ObservedIntervals } from './observed-intervals.ts';
import { UsageSheet } from './usage-sheet.ts';
import type { CoverageRow, LiveProcess, MeterMark, Origin, UsageRow } from './usage-values.ts';

/** A process that no look has shown for so long has ended, however many of them did not show everything. */
const MOST_UNSEEN_MS = 120_000;

export interface ObservedProcess {
  /** Pid and kernel start. */
  process: string;
  /** Of a script: the process that interprets it, before it in the list. */
  interpreter?: string | undefined;
  /** Names the file it runs. */
  program: string;
  /** Keyed hash of its user. */
  user: string;
  /** Kernel start on the boot clock. */
  startedBootMs: number;
  origin: Origin;
}

/** The id of a program; undefined while it is being worked out; null when it cannot be. */
export type NameProgram = (program: string) => ExecutableId | null | undefined;

export interface MeterOptions {
  bootId: string;
  sampleIntervalMs: number;
  /** 16 random hex digits. */
  newRun: () => string;
  nameProgram: NameProgram;
  /** Where the agent's last run stopped. */
  resume?: { mark: MeterMark; live: readonly LiveProcess[] } | undefined;
}

export interface MeterFlush {
  usage: UsageRow[];
  coverage: CoverageRow[];
  live: LiveProcess[];
  mark: MeterMark;
}

interface Tracked {
  program: string;
  user: string;
  countedUntilMs: number;
  /** While the program has no id: since when its time, and whether its launch, is only in memory. */
  owedSinceMs: number;
  owedOrigin: Origin | undefined;
}

/** A program of a user: what time is counted under. `key` is both of the others. */
interface Counted {
  key: string;
  user: string;
  subject: string;
}

/** What a look finds beside the one before it. Keys say which program of which user it is. */
interface Comparison {
  alive: Map<string, Tracked>;
  spans: Map<string, Span[]>;
  /** Keys of what was there at the look before. */
  ranBefore: Set<string>;
}

const ALL = { has: () => true };

export class UsageMeter {
  readonly #options: MeterOptions;
  readonly #sheet = new UsageSheet();
  /** Programs with time in memory and no id yet. */
  readonly #waiting = new Set<string>();
  #run: string;
  readonly #intervals: ObservedIntervals;
  readonly #coverage: CoverageMeter;
  /** The last moment of which anything is known. */
  #latest: Instant | undefined;
  #tracked = new Map<string, Tracked>();
  /** The last observation, while every program in it has its name: its very list, and what is counted of it. */
  #settled: { processes: readonly ObservedProcess[]; counted: readonly Counted[] } | undefined;
  /** Monotonic time up to which a (subject, user) is counted: clips what would count twice. */
  #countedUntil = new Map<string, number>();

  constructor(options: MeterOptions) {
    this.#options = options;
    this.#run = options.newRun();
    const { bootId, sampleIntervalMs, resume } = options;
    this.#intervals = new ObservedIntervals(bootId, sampleIntervalMs, resume?.mark);
    this.#coverage = new CoverageMeter(this.#sheet, bootId, resume?.mark);
    if (!resume?.mark.isResumable || resume.mark.bootId !== bootId) return;
    for (const live of resume.live)
      this.#tracked.set(live.process, {
        program: live.program,
        user: live.user,
        countedUntilMs: live.countedUntilMs,
        owedSinceMs: live.countedUntilMs,
        owedOrigin: live.origin,
      });
  }

  get run(): string {
    return this.#run;
  }

  get dropped(): number {
    return this.#sheet.dropped;
  }

  /** See UsageSheet. */
  get clamped(): number {
    return this.#sheet.clamped;
  }

  /** How often samples are taken from now on; decides what counts as a gap. */
  set sampleIntervalMs(value: number) {
    this.#intervals.sampleIntervalMs = value;
  }

  /**
   * Nobody watches from now on. The next observation begins like the first one ever: what happened in between, and what
   * an earlier agent last saw, counts for nothing.
   */
  interrupt(): void {
    if (this.#intervals.last) this.#run = this.#options.newRun();
    this.#intervals.interrupt();
    this.#tracked = new Map();
    this.#countedUntil = new Map();
    this.#settled = undefined;
  }

  /** A look at the process table failed. */
  missed(): void {
    this.#intervals.missed();
  }

  /** Nobody looks, since it is not wanted: the computer was on and not observed. */
  unwatched(at: Instant): void {
    this.#latest = at;
    this.#coverage.unwatched(this.#run, at);
  }

  /**
   * `whole`: these are all processes that there are. `interactive`: a person is at the computer now; undefined: not known.
   * `attention` undefined: nothing is known of it.
   */
  observe(
    at: Instant,
    processes: readonly ObservedProcess[],
    whole = true,
    interactive?: boolean,
    attention?: Attention,
  ): void {
    // First: time added under the id must come on top of what waited under the program's name.
    this.#nameWaiting();
    const interval = this.#intervals.endingAt(at, whole);
    const { near, covered, breaks } = interval;
    if (breaks) this.#run = this.#options.newRun();
    this.#coverage.looked(this.#run, at, interval, interactive);
    if (near && covered && processes === this.#settled?.processes)
      this.#goOn(at, interval, near.monotonicMs, this.#settled.counted, attention);
    else this.#compare(at, processes, whole, interval, attention);
    this.#intervals.looked(at, whole, interval);
    this.#latest = at;
  }

  #compare(
    at: Instant,
    processes: readonly ObservedProcess[],
    whole: boolean,
    interval: Interval,
    attention: Attention | undefined,
  ): void {
    const { since, near } = interval;
    const seen: Comparison = { alive: new Map(), spans: new Map(), ranBefore: new Set() };
    const { alive, spans, ranBefore } = seen;
    for (const process of processes) this.#follow(process, at, since, seen);
    // Before what has ended is credited for the last time.
    const running = [...spans.keys()];
    if (!whole) this.#keepUnseen(alive, at.monotonicMs, since === undefined ? at.monotonicMs : 0);
    else if (near) this.#creditEnded(seen, near.monotonicMs, at.monotonicMs);
    // Who was in front may have ended.
    const given = new IntervalAttention(interval, attention, this.#keysNow(), ranBefore);
    this.#tracked = alive;
    this.#count(at, spans, given, whole ? new Map() : new Map(this.#countedUntil));
    const isSettled = whole && this.#waiting.size === 0;
    this.#settled = isSettled ? { processes, counted: running.map(countedAs) } : undefined;
  }

  /** The very same processes as at the last observation: nothing began or ended, and whoever was counted until then has gone on. */
  #goOn(
    at: Instant,
    interval: Interval,
    sinceMs: number,
    counted: readonly Counted[],
    attention: Attention | undefined,
  ): void {
    const span = spanUntil(at, sinceMs);
    const given = new IntervalAttention(interval, attention, this.#keysNow(), ALL);
    for (const { key, user, subject } of counted) {
      // What has no name for ever is not counted.
      if (!this.#countedUntil.has(key)) continue;
      this.#sheet.addTime(this.#run, subject, user, span, given.of(key, user, sinceMs));
      this.#countedUntil.set(key, at.monotonicMs);
    }
    for (const tracked of this.#tracked.values()) {
      tracked.countedUntilMs = at.monotonicMs;
      tracked.owedSinceMs = at.monotonicMs;
    }
  }

  #follow(
    seen: ObservedProcess,
    at: Instant,
    since: number | undefined,
    { alive, spans, ranBefore }: Comparison,
  ): void {
    const name = this.#options.nameProgram(seen.program);
    const known = this.#tracked.get(seen.process);
    const goesOn = known?.program === seen.program && known.user === seen.user;
    const startedMs = at.monotonicMs - Math.max(0, at.bootMs - seen.startedBootMs);
    const fromMs =
      since === undefined
        ? at.monotonicMs
        : goesOn
          ? Math.max(known.countedUntilMs, at.monotonicMs - MOST_BACK_MS)
          : Math.max(startedMs, since);
    // A known one that runs something else was launched in between, whenever the process began.
    const isLaunch =
      known !== undefined ||
      this.#runsAnotherProgram(seen.interpreter, alive) ||
      this.#intervals.hasBegunSince(seen.startedBootMs);
    const launch = goesOn ? this.#owedLaunch(known) : isLaunch ? seen.origin : undefined;
    if (name === undefined) this.#waiting.add(seen.program);
    const subject = name ?? seen.program;
    if (launch && name !== null)
      this.#sheet.addLaunch(this.#run, subject, seen.user, dayOf(wallAt(at, fromMs)), launch);
    const key = `${seen.user} ${subject}`;
    const list = spans.get(key) ?? [];
    list.push({ fromMs, toMs: at.monotonicMs });
    spans.set(key, list);
    if (goesOn) ranBefore.add(key);
    const owed = name === undefined;
    alive.set(seen.process, {
      program: seen.program,
      user: seen.user,
      countedUntilMs: at.monotonicMs,
      owedSinceMs: owed && goesOn ? known.owedSinceMs : fromMs,
      owedOrigin: owed ? (goesOn ? known.owedOrigin : launch) : undefined,
    });
  }

  /** Than at the last look, at which it was known. */
  #runsAnotherProgram(process: string | undefined, alive: ReadonlyMap<string, Tracked>): boolean {
    const [before, now] = process === undefined ? [] : [this.#tracked.get(process), alive.get(process)];
    return before !== undefined && now !== undefined && before.program !== now.program;
  }

  /** Under which a process that is followed now is counted. */
  #keysNow(): (process: string) => string | undefined {
    const followed = this.#tracked;
    return (process) => {
      const tracked = followed.get(process);
      return tracked && this.#keyFor(tracked);
    };
  }

  #keyFor({ user, program }: Tracked): string {
    return `${user} ${this.#options.nameProgram(program) ?? program}`;
  }

  /** The launch of a process that an earlier agent saw and could not name before it ended. */
  #owedLaunch(known: Tracked): Origin | undefined {
    return this.#intervals.last ? undefined : known.owedOrigin;
  }

  /** `notBeforeMs`: what lies before it counts for nobody. */
  #keepUnseen(alive: Map<string, Tracked>, atMs: number, notBeforeMs: number): void {
    for (const [process, tracked] of this.#tracked) {
      if (alive.has(process) || atMs - tracked.countedUntilMs > MOST_UNSEEN_MS) continue;
      const countedUntilMs = Math.max(tracked.countedUntilMs, notBeforeMs);
      alive.set(process, { ...tracked, countedUntilMs });
    }
  }

  #creditEnded({ alive, spans, ranBefore }: Comparison, fromMs: number, toMs: number): void {
    for (const [process, ended] of this.#tracked) {
      const now = alive.get(process);
      if (now?.program === ended.program && now.user === ended.user) continue;
      const key = this.#keyFor(ended);
      const list = spans.get(key) ?? [];
      list.push({ fromMs, toMs: fromMs + Math.floor((toMs - fromMs) / 2) });
      spans.set(key, list);
      ranBefore.add(key);
    }
  }

  /** `countedUntil`: of subjects that this observation need not show. */
  #count(
    at: Instant,
    spans: ReadonlyMap<string, Span[]>,
    given: IntervalAttention,
    countedUntil: Map<string, number>,
  ): void {
    for (const [key, list] of spans) {
      const { user, subject } = countedAs(key);
      if (!this.#isIdentified(subject) && this.#options.nameProgram(subject) === null) continue;
      let until = this.#countedUntil.get(key) ?? Number.NEGATIVE_INFINITY;
      for (const span of unionOf(list, until)) {
        const attention = given.of(key, user, span.fromMs);
        this.#sheet.addTime(this.#run, subject, user, wallSpan(at, span), attention);
        until = Math.max(until, span.toMs);
      }
      countedUntil.set(key, until);
    }
    // Subjects without a process now begin after this observation when they come back: no need to remember them.
    this.#countedUntil = countedUntil;
  }

  /** The day of the last observation. */
  #today(): number {
    return dayOf(this.#latest?.wallMs ?? 0);
  }

  /** What has to become durable now, in one transaction; undefined before the first observation. */
  flush(): MeterFlush | undefined {
    const at = this.#latest;
    if (!at) return undefined;
    this.#nameWaiting();
    const isIdentified = this.#isIdentified;
    return {
      usage: this.#sheet.changedUsage(isIdentified),
      coverage: this.#sheet.changedCoverage(),
      live: [...this.#tracked].map(([process, tracked]) => this.#live(process, tracked)),
      mark: {
        ...{ bootId: this.#options.bootId, monotonicMs: at.monotonicMs, bootMs: at.bootMs },
        isResumable: this.#intervals.last !== undefined,
      },
    };
  }

  /** The last flush() is durable. No observation may come between the two. */
  flushed(): void {
    if (this.#latest) this.#sheet.settle(this.#run, this.#today(), this.#isIdentified);
  }

  #isIdentified = (subject: string): boolean => /^[0-9a-f]{16}$/.test(subject);

  #nameWaiting(): void {
    for (const program of this.#waiting) {
      const name = this.#options.nameProgram(program);
      if (name === undefined) continue;
      this.#waiting.delete(program);
      if (name === null) this.#sheet.forget(program);
      else this.#identified(program, name);
    }
  }

  #identified(program: string, executableId: ExecutableId): void {
    this.#sheet.identify(program, executableId);
    for (const tracked of this.#tracked.values()) {
      if (tracked.program !== program) continue;
      const [from, to] = [`${tracked.user} ${program}`, `${tracked.user} ${executableId}`];
      const until = Math.max(this.#countedUntil.get(from) ?? 0, this.#countedUntil.get(to) ?? 0);
      this.#countedUntil.set(to, until);
    }
  }

  #live(process: string, tracked: Tracked): LiveProcess {
    const name = this.#options.nameProgram(tracked.program) ?? undefined;
    const { program, user } = tracked;
    // A row keeps whole seconds: what they leave out is counted by the next run of the agent, so restarts cost nothing.
    const leftOutMs = name ? this.#sheet.beyondWholeSeconds(this.#run, name, user, this.#today()) : 0;
    // One that the last look did not show may have waited while others of its program and user were counted.
    const untilMs = Math.max(
      tracked.countedUntilMs,
      this.#countedUntil.get(`${user} ${name ?? program}`) ?? 0,
    );
    const countedUntilMs = name ? untilMs - leftOutMs : tracked.owedSinceMs;
    return {
      process,
      program,
      user,
      executableId: name,
      origin: name ? undefined : tracked.owedOrigin,
      countedUntilMs,
    };
  }
}

function countedAs(key: string): Counted {
  const cut = key.indexOf(' ');
  return { key, user: key.slice(0, cut), subject: key.slice(cut + 1) };
}
