/**
 * Who may not read for a while: what could neither end nor be ended made the engine start anew, for everybody, and
 * must not do so each time a page is loaded. Pure: times are passed in, in milliseconds of the wall clock.
 */

/** Who sent what, both as shapes (statement-shape.ts). */
export interface ReaderSuspect {
  statement: string;
  sender: string;
}

export type LockOutKind = 'statement' | 'sender' | 'everybody';

export interface LockOut {
  /** Starts anew that it had a part in. */
  strikes: number;
  /** Refused until then; a time that has passed when it has strikes left. */
  until: number;
}

/** What outlives the process, as JSON. */
export interface LockOutsState {
  strikes: number;
  forgotten: number;
  entries: [key: string, lockOut: LockOut][];
}

export interface LockOutsReport {
  /** Now refused, by kind. */
  refused: Record<LockOutKind, number>;
  /** Starts anew that a reader's statement caused, since this folder was made. */
  strikes: number;
  /** Entries that made room for newer ones before their time. */
  forgotten: number;
}

export interface LockOutVerdict {
  reason: string;
  retryAfterSeconds: number;
}

const MINUTE_MS = 60_000;
const LONGEST_MS = 24 * 60 * MINUTE_MS;
/** Without a strike for this long after its end a lock-out is forgotten. */
const CALM_MS = 24 * 60 * MINUTE_MS;
const MOST_ENTRIES = 1_000;

/**
 * A statement is refused from its first strike on. Who varies it is known by the name it gives itself, and a name may
 * stand for many people behind one Grafana. Who varies that too is stopped with everybody else, for less time: the
 * writer, whose work a start anew breaks off, comes first.
 */
const RULES: Record<LockOutKind, { free: number; firstMs: number }> = {
  statement: { free: 0, firstMs: 10 * MINUTE_MS },
  sender: { free: 2, firstMs: 10 * MINUTE_MS },
  everybody: { free: 5, firstMs: MINUTE_MS },
};

const keysOf = ({ statement, sender }: ReaderSuspect) =>
  [`statement:${statement}`, `sender:${sender}`, 'everybody'] as const;
const kindOf = (key: string) => key.split(':', 1)[0] as LockOutKind;

export class LockOuts {
  readonly #entries: Map<string, LockOut>;
  readonly #late = new Set<ReaderSuspect>();
  #strikes: number;
  #forgotten: number;

  /** `state` may be anything that was read from a file; what makes no sense in it is left out. */
  constructor(state: unknown, now: number) {
    const { strikes, forgotten, entries } = (state ?? {}) as Partial<LockOutsState>;
    this.#strikes = countOr0(strikes);
    this.#forgotten = countOr0(forgotten);
    this.#entries = new Map();
    for (const entry of Array.isArray(entries) ? entries.slice(0, MOST_ENTRIES) : []) {
      const [key, lockOut] = (Array.isArray(entry) ? entry : []) as Partial<LockOutsState['entries'][number]>;
      if (typeof key !== 'string' || !(kindOf(key) in RULES)) continue;
      const [count, until] = [countOr0(lockOut?.strikes), lockOut?.until];
      // A clock that was ahead when this was written locks nobody out for longer than the rules do.
      if (count > 0 && Number.isFinite(until))
        this.#entries.set(key, { strikes: count, until: Math.min(Number(until), now + LONGEST_MS) });
    }
  }

  get state(): LockOutsState {
    return { strikes: this.#strikes, forgotten: this.#forgotten, entries: [...this.#entries] };
  }

  report(now: number): LockOutsReport {
    const refused = { statement: 0, sender: 0, everybody: 0 };
    for (const [key, { until }] of this.#entries) if (until > now) refused[kindOf(key)] += 1;
    return { refused, strikes: this.#strikes, forgotten: this.#forgotten };
  }

  /** It runs past its time and heeds no KILL. Until `settled`, nothing of the same shape joins it. */
  isLate(suspect: ReaderSuspect): void {
    this.#late.add(suspect);
  }

  settled(suspect: ReaderSuspect): void {
    this.#late.delete(suspect);
  }

  /** The engine starts anew because of what is late: everything that is. */
  strike(now: number): void {
    this.#strikes += 1;
    for (const [key, { until }] of this.#entries) if (until + CALM_MS < now) this.#entries.delete(key);
    for (const key of new Set([...this.#late].flatMap((suspect) => [...keysOf(suspect)]))) {
      const { free, firstMs } = RULES[kindOf(key)];
      const strikes = (this.#entries.get(key)?.strikes ?? 0) + 1;
      const beyond = strikes - free - 1;
      const lasts = beyond < 0 ? 0 : Math.min(LONGEST_MS, firstMs * 2 ** Math.min(beyond, 30));
      this.#entries.set(key, { strikes, until: now + lasts });
    }
    this.#makeRoom();
  }

  /** Why this sender may not ask anything now. */
  refusalOfSender(sender: string, now: number): LockOutVerdict | undefined {
    return (
      this.#refusal('everybody', now, "Readers' statements", 'all readers are') ??
      this.#refusal(`sender:${sender}`, now, 'Your statements', 'you are')
    );
  }

  /** Why nobody may ask this now. */
  refusalOfStatement(statement: string, now: number): LockOutVerdict | undefined {
    if ([...this.#late].some((late) => late.statement === statement)) {
      return {
        reason: 'The same statement runs beyond its time limit and heeds no KILL; this one would do so too.',
        retryAfterSeconds: 60,
      };
    }
    return this.#refusal(`statement:${statement}`, now, 'This statement, with whatever values,', 'it is');
  }

  #refusal(key: string, now: number, who: string, whoIs: string): LockOutVerdict | undefined {
    const entry = this.#entries.get(key);
    if (!entry || entry.until <= now) return undefined;
    const times = entry.strikes === 1 ? 'once' : `${entry.strikes} times`;
    return {
      reason: `${who} ran beyond the time limit, heeded no KILL, and made the engine start anew ${times}; ${whoIs} refused until ${new Date(entry.until).toISOString()}.`,
      retryAfterSeconds: Math.ceil((entry.until - now) / 1000),
    };
  }

  /** Those that end first go first. */
  #makeRoom(): void {
    const tooMany = this.#entries.size - MOST_ENTRIES;
    if (tooMany <= 0) return;
    const soonest = [...this.#entries].filter(([key]) => key !== 'everybody');
    soonest.sort(([, a], [, b]) => a.until - b.until);
    for (const [key] of soonest.slice(0, tooMany)) this.#entries.delete(key);
    this.#forgotten += tooMany;
  }
}

const countOr0 = (value: unknown): number =>
  Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : 0;
