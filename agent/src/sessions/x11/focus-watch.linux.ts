/**
 * Asks the X servers of people's sessions who has the focus: in the background, when somebody looks, and at most once for each look.
 * So an answer is of the look before, and nobody waits for one. A display that cannot be asked is tried again after a
 * while, and after a longer one each time: finding its server means looking at every process.
 */
import type { Clock, Instant } from '../../clock/clock.ts';
import {
  type Desktop,
  type Display,
  displaysToAsk,
  FOCUS_NOT_KNOWN,
  type Focus,
  type FocusedProcess,
} from './focus.ts';
import { findXServer, type XServerPlaces } from './x-server.linux.ts';
import { X11Connection } from './x11-connection.linux.ts';

export interface FocusWatchOptions extends XServerPlaces {
  /** For one display, its connection included. */
  answerWithinMs: number;
  /** After the first failure; doubled with each, up to MOST_PAUSE_MS. */
  pauseMs: number;
}

const DEFAULTS: FocusWatchOptions = {
  socketsFolder: '/tmp/.X11-unix',
  proc: '/proc',
  answerWithinMs: 2_000,
  pauseMs: 30_000,
};
const MOST_PAUSE_MS = 15 * 60_000;
/** Where it is looked more seldom, an answer of the look before serves however old it is. */
const MOST_AGE_MS = 15_000;

/** As `status` shows it. */
export interface FocusStatus {
  /** Desktops that can be asked now, and answers and failures since the agent started. */
  displays: number;
  answers: number;
  failures: number;
  /** Why it is not known who is in front, for people; null: it is known. */
  why: string | null;
}

interface WatchedDisplay {
  connection: X11Connection | undefined;
  failures: number;
  notBeforeMs: number;
  why: string | undefined;
}

interface Answer {
  focus: Focus;
  /** See FocusStatus. */
  why: string | undefined;
}

export class FocusWatch {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #options: FocusWatchOptions;
  readonly #displays = new Map<string, WatchedDisplay>();
  #answer: Answer = { focus: FOCUS_NOT_KNOWN, why: 'it has not been asked yet' };
  #lookedMs = 0;
  #isAsking = false;
  #isClosed = false;
  #answers = 0;
  #failures = 0;

  constructor(clock: Pick<Clock, 'now'>, options: Partial<FocusWatchOptions> = {}) {
    this.#clock = clock;
    this.#options = { ...DEFAULTS, ...options };
  }

  /** Questions are out. */
  get isAsking(): boolean {
    return this.#isAsking;
  }

  get status(): FocusStatus {
    const { why } = this.#answer;
    return {
      displays: [...this.#displays.values()].filter(({ connection }) => connection?.isOpen).length,
      ...{ answers: this.#answers, failures: this.#failures, why: why ?? null },
    };
  }

  /** The newest answer, at once. `desktops` undefined: the sessions are not known. Never throws. */
  look(desktops: readonly Desktop[] | undefined): Focus {
    if (this.#isClosed) return FOCUS_NOT_KNOWN;
    const now = this.#clock.now();
    const mostAgeMs = Math.max(MOST_AGE_MS, now.monotonicMs - this.#lookedMs);
    this.#lookedMs = now.monotonicMs;
    if (now.monotonicMs - this.#answer.focus.askedMs > mostAgeMs)
      this.#answer = { focus: FOCUS_NOT_KNOWN, why: this.#answer.why ?? 'a display does not answer' };
    const { focus } = this.#answer;
    if (!this.#isAsking) this.#ask(desktops, now);
    return focus;
  }

  close(): void {
    this.#isClosed = true;
    this.#keepOnly([]);
  }

  #keepOnly(displays: readonly Display[]): void {
    const kept = new Set(displays.map(keyOf));
    for (const [key, { connection }] of this.#displays) {
      if (kept.has(key)) continue;
      connection?.close();
      this.#displays.delete(key);
    }
  }

  #ask(desktops: readonly Desktop[] | undefined, { monotonicMs }: Instant): void {
    const { displays, why } = displaysToAsk(desktops ?? []);
    const unknown = desktops ? why : 'the sessions are not known';
    const answered = (focused: readonly FocusedProcess[], failure?: string): void => {
      const reason = unknown ?? failure;
      const focus = { focused, askedMs: monotonicMs, isWhole: reason === undefined };
      this.#answer = { focus, why: reason };
    };
    this.#keepOnly(displays);
    if (displays.length === 0) {
      answered([]);
      return;
    }
    this.#isAsking = true;
    void this.#askAll(displays).then(({ focused, failure }) => {
      answered(focused, failure);
      this.#isAsking = false;
    });
  }

  async #askAll(
    displays: readonly Display[],
  ): Promise<{ focused: FocusedProcess[]; failure: string | undefined }> {
    const focused: FocusedProcess[] = [];
    let failure: string | undefined;
    for (const display of displays) {
      const watched = this.#watched(display);
      const pid = await this.#askOne(display, watched);
      if (pid !== undefined) focused.push({ pid, uid: display.uid });
      if (watched.why !== undefined) failure ??= `display ${display.name}: ${watched.why}`;
    }
    return { focused, failure };
  }

  #watched(display: Display): WatchedDisplay {
    const known = this.#displays.get(keyOf(display));
    if (known) return known;
    const watched = {
      connection: undefined,
      failures: 0,
      notBeforeMs: Number.NEGATIVE_INFINITY,
      why: undefined,
    };
    this.#displays.set(keyOf(display), watched);
    return watched;
  }

  /** Undefined: nobody is in front there, or `why` says why that is not known. Never rejects. */
  async #askOne(display: Display, watched: WatchedDisplay): Promise<number | undefined> {
    if (this.#clock.now().monotonicMs < watched.notBeforeMs) return undefined;
    const tooLate = setTimeout(
      () => watched.connection?.close('a server that does not answer in time'),
      this.#options.answerWithinMs,
    ).unref();
    try {
      const connection = await this.#connected(display, watched);
      const pid = await connection.focusedPid();
      this.#answers++;
      Object.assign(watched, { failures: 0, why: undefined });
      return pid;
    } catch (error) {
      this.#failed(watched, error as Error);
      return undefined;
    } finally {
      clearTimeout(tooLate);
    }
  }

  #failed(watched: WatchedDisplay, error: Error): void {
    this.#failures++;
    watched.connection?.close();
    watched.connection = undefined;
    const pauseMs = Math.min(this.#options.pauseMs * 2 ** watched.failures, MOST_PAUSE_MS);
    watched.failures++;
    watched.notBeforeMs = this.#clock.now().monotonicMs + pauseMs;
    watched.why = error.message;
  }

  async #connected(display: Display, watched: WatchedDisplay): Promise<X11Connection> {
    if (watched.connection?.isOpen) return watched.connection;
    const { socket, cookie } = await findXServer(display, this.#options);
    if (this.#isClosed) throw new Error('nobody asks any more');
    watched.connection = new X11Connection(socket);
    await watched.connection.greet(cookie);
    return watched.connection;
  }
}

const keyOf = ({ name, uid }: Display): string => `${name} ${uid}`;
