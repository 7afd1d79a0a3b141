/**
 * Asks the X servers of people's sessions who has the focus, when somebody looks and it may have moved: in the background, and at most
 * once for each look. So an answer is of the look before, and nobody waits for one.
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
import { whyUnnamed } from './unnamed-displays.linux.ts';
import { WatchedDisplay, type WatchedDisplayParts } from './watched-display.linux.ts';
import { findXServer, type XServerPlaces } from './x-server.linux.ts';
import { XServerSearch } from './x-server-search.ts';

export interface FocusWatchOptions
  extends XServerPlaces,
    Pick<WatchedDisplayParts, 'answerWithinMs' | 'pauseMs'> {}

const DEFAULTS: FocusWatchOptions = {
  socketsFolder: '/tmp/.X11-unix',
  proc: '/proc',
  answerWithinMs: 2_000,
  pauseMs: 30_000,
};
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

interface Answer {
  focus: Focus;
  /** See FocusStatus. */
  why: string | undefined;
}

export class FocusWatch {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #places: XServerPlaces;
  readonly #parts: WatchedDisplayParts;
  readonly #displays = new Map<string, WatchedDisplay>();
  #answer: Answer = { focus: FOCUS_NOT_KNOWN, why: 'it has not been asked yet' };
  #lookedMs = 0;
  #isAsking = false;
  #isClosed = false;
  /** Of displays that are not there any more. */
  #before = { answers: 0, failures: 0 };

  constructor(clock: Pick<Clock, 'now'>, options: Partial<FocusWatchOptions> = {}) {
    this.#clock = clock;
    const given = { ...DEFAULTS, ...options };
    this.#places = given;
    const search = new XServerSearch((display, signal) => findXServer(display, given, signal));
    this.#parts = { clock, ...given, find: (display, signal) => search.find(display, signal) };
  }

  /** Questions are out. */
  get isAsking(): boolean {
    return this.#isAsking;
  }

  get status(): FocusStatus {
    const displays = [...this.#displays.values()];
    return {
      displays: displays.filter(({ isOpen }) => isOpen).length,
      answers: displays.reduce((sum, { answers }) => sum + answers, this.#before.answers),
      failures: displays.reduce((sum, { failures }) => sum + failures, this.#before.failures),
      why: this.#answer.why ?? null,
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
    for (const [key, watched] of this.#displays) {
      if (kept.has(key)) continue;
      watched.close();
      this.#before.answers += watched.answers;
      this.#before.failures += watched.failures;
      this.#displays.delete(key);
    }
  }

  #ask(desktops: readonly Desktop[] | undefined, { monotonicMs }: Instant): void {
    const { displays, why } = displaysToAsk(desktops ?? []);
    const unknown = desktops ? (why ?? whyUnnamed(desktops, this.#places)) : 'the sessions are not known';
    this.#keepOnly(displays);
    const watched = displays.map((display) => this.#watched(display));
    const answered = (): void => {
      this.#answer = answerOf(watched, monotonicMs, unknown);
    };
    const asked = watched.filter((each) => !each.isCurrent(monotonicMs));
    if (asked.length === 0) {
      answered();
      return;
    }
    this.#isAsking = true;
    // All at once: one that takes its time holds up no other's answer for longer than it has.
    void Promise.all(asked.map((each) => each.ask())).then(() => {
      answered();
      this.#isAsking = false;
    });
  }

  #watched(display: Display): WatchedDisplay {
    const known = this.#displays.get(keyOf(display));
    if (known) return known;
    const watched = new WatchedDisplay(display, this.#parts);
    this.#displays.set(keyOf(display), watched);
    return watched;
  }
}

/** `unknown`: why it is not known of all desktops, whatever these displays say. */
function answerOf(watched: readonly WatchedDisplay[], askedMs: number, unknown: string | undefined): Answer {
  const focused: FocusedProcess[] = [];
  let why = unknown;
  for (const each of watched) {
    if (each.focused !== undefined) focused.push({ pid: each.focused, uid: each.display.uid });
    if (each.why !== undefined) why ??= `display ${each.display.name}: ${each.why}`;
  }
  return { focus: { focused, askedMs, isWhole: why === undefined }, why };
}

const keyOf = ({ name, uid }: Display): string => `${name} ${uid}`;
