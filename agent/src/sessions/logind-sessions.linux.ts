/**
 * Asks systemd-logind who is at the computer.
 *
 * Which sessions there are is seen in the folder where logind keeps them, so without any nothing is asked and no connection
 * made. The files in it are logind's own and say nothing of being idle: that is asked over the bus. Sessions that are
 * no person's (a greeter, jobs, users' services, what is ending) are not asked again before the folder changes.
 *
 * Asking happens in the background, at most every 15 s, and only when somebody looks. No logind, no bus, or one that does not
 * answer in time and as it should: not known.
 */
import { readdirSync, statSync } from 'node:fs';
import type { Clock, Instant } from '../clock/clock.ts';
import { BusConnection } from './dbus/bus-connection.linux.ts';
import type { BusValue } from './dbus/bus-value.ts';
import { NotUnderstood } from './dbus/not-understood.ts';
import { type BusProperties, desktopOf, isOfPerson, sessionOf, standingOf } from './logind-session.ts';
import { NOBODY, NOT_KNOWN, type Presence, presenceOf, type Session } from './session-presence.ts';
import type { SessionSource } from './session-source.ts';
import { terminalInputMs } from './terminal-input.linux.ts';
import type { Desktop } from './x11/focus.ts';

export interface LogindOptions {
  busSocket: string;
  sessionsFolder: string;
  /** Other programs make the folder of sessions too; only logind puts a seat into this one, and does as soon as it runs. */
  seatsFolder: string;
  terminalsFolder: string;
  /** Milliseconds from one question to the next; looks in between get the same answer. */
  askEveryMs: number;
  /** For all sessions together. What is not answered by then is not known. */
  answerWithinMs: number;
}

const DEFAULTS: LogindOptions = {
  busSocket: '/run/dbus/system_bus_socket',
  sessionsFolder: '/run/systemd/sessions',
  seatsFolder: '/run/systemd/seats',
  terminalsFolder: '/dev/pts',
  askEveryMs: 15_000,
  answerWithinMs: 5_000,
};

/** An older answer is of a time at which nobody looked. */
const MOST_AGE_MS = 60_000;
/** With more it is not known: they are asked one by one. */
const MOST_SESSIONS = 256;
const GONE = new Set(['org.freedesktop.DBus.Error.UnknownObject', 'org.freedesktop.login1.NoSuchSession']);

/** How a session stood when it was last asked, and when that was seen to change: see Observed. */
interface Standing {
  standing: string;
  changedMs: number | undefined;
}

interface Answer {
  presence: Presence;
  desktops: readonly Desktop[] | undefined;
  askedMs: number;
}

const NO_ANSWER: Answer = { presence: NOT_KNOWN, desktops: undefined, askedMs: Number.NEGATIVE_INFINITY };

export class LogindSessions implements SessionSource {
  readonly #clock: Clock;
  readonly #options: LogindOptions;
  #answer: Answer = NO_ANSWER;
  #isAsking = false;
  #isClosed = false;
  #connection: BusConnection | undefined;
  /** When the folder changed last, and who in it was no person since. */
  #folderTime: bigint | undefined;
  #nobodys = new Set<string>();
  #standings = new Map<string, Standing>();

  constructor(clock: Clock, options: Partial<LogindOptions> = {}) {
    this.#clock = clock;
    this.#options = { ...DEFAULTS, ...options };
  }

  /** A question is out. */
  get isAsking(): boolean {
    return this.#isAsking;
  }

  look(): Presence {
    if (this.#isClosed) return NOT_KNOWN;
    const { monotonicMs } = this.#clock.now();
    if (!this.#isAsking && monotonicMs - this.#answer.askedMs >= this.#options.askEveryMs)
      this.#ask(monotonicMs);
    if (monotonicMs - this.#answer.askedMs > MOST_AGE_MS) this.#answer = NO_ANSWER;
    return this.#answer.presence;
  }

  get desktops(): readonly Desktop[] | undefined {
    return this.#isClosed ? undefined : this.#answer.desktops;
  }

  close(): void {
    this.#isClosed = true;
    this.#hangUp();
  }

  #ask(askedMs: number): void {
    const names = this.#names();
    const open = names?.filter((name) => !this.#nobodys.has(name));
    if (open === undefined || open.length === 0 || open.length > MOST_SESSIONS) {
      this.#answer =
        open?.length === 0 ? { presence: NOBODY, desktops: [], askedMs } : { ...NO_ANSWER, askedMs };
      this.#standings.clear();
      this.#hangUp();
      return;
    }
    this.#isAsking = true;
    const tooLate = setTimeout(() => this.#hangUp(), this.#options.answerWithinMs).unref();
    this.#round(open)
      .catch(() => {
        this.#hangUp();
        return NO_ANSWER;
      })
      .then((answer) => {
        clearTimeout(tooLate);
        this.#answer = { ...answer, askedMs };
        this.#isAsking = false;
      });
  }

  /** Undefined: logind has not run since the computer started, or its folder cannot be read. */
  #names(): string[] | undefined {
    const { sessionsFolder, seatsFolder } = this.#options;
    try {
      const { mtimeNs } = statSync(sessionsFolder, { bigint: true });
      if (mtimeNs !== this.#folderTime) this.#nobodys.clear();
      this.#folderTime = mtimeNs;
      // Ids of sessions, and no files that are being written nor what a session is held open with.
      const names = readdirSync(sessionsFolder).filter((name) => /^[A-Za-z0-9]+$/.test(name));
      return names.length > 0 || readdirSync(seatsFolder).length > 0 ? names : undefined;
    } catch {
      return undefined;
    }
  }

  async #round(names: readonly string[]): Promise<Omit<Answer, 'askedMs'>> {
    const connection = await this.#connected();
    const sessions: Session[] = [];
    const desktops: Desktop[] = [];
    const standings = new Map<string, Standing>();
    for (const name of names) {
      const properties = await propertiesOf(connection, name);
      if (!properties || !isOfPerson(properties)) {
        this.#nobodys.add(name);
        continue;
      }
      const now = this.#clock.now();
      const standing = this.#standing(name, standingOf(properties), now);
      standings.set(name, standing);
      sessions.push(sessionOf(properties, { ...standing, terminalInputMs: this.#terminals(now) }));
      desktops.push(desktopOf(properties));
    }
    this.#standings = standings;
    return { presence: presenceOf(sessions, this.#clock.now().monotonicMs), desktops };
  }

  #standing(name: string, standing: string, { monotonicMs }: Instant): Standing {
    const before = this.#standings.get(name);
    if (before === undefined) return { standing, changedMs: undefined };
    return before.standing === standing ? before : { standing, changedMs: monotonicMs };
  }

  #terminals(now: Instant): (uid: number) => number | 'none' | undefined {
    return (uid) => terminalInputMs(this.#options.terminalsFolder, uid, now);
  }

  async #connected(): Promise<BusConnection> {
    if (this.#connection?.isOpen) return this.#connection;
    this.#connection = new BusConnection(this.#options.busSocket, process.geteuid?.() ?? 0);
    await this.#connection.greet();
    return this.#connection;
  }

  #hangUp(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }
}

/** Undefined: the session has ended meanwhile. */
async function propertiesOf(connection: BusConnection, name: string): Promise<BusProperties | undefined> {
  const { error, values } = await connection.call({
    destination: 'org.freedesktop.login1',
    path: `/org/freedesktop/login1/session/${pathElement(name)}`,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'GetAll',
    arguments: ['org.freedesktop.login1.Session'],
  });
  if (error !== undefined && GONE.has(error)) return undefined;
  const [pairs] = values;
  if (error !== undefined || !Array.isArray(pairs)) throw new NotUnderstood(error ?? 'no properties');
  return new Map(pairs as [string, BusValue][]);
}

/** Where a digit may not come first logind writes its code instead. */
function pathElement(name: string): string {
  return name.replace(/^\d/, (digit) => `_${digit.charCodeAt(0).toString(16)}`);
}
