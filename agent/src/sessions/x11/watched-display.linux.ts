/**
 * One display that is asked who has the focus, over a connection that stays open, and asked again when its server tells that the focus
 * has moved. One that cannot be asked is tried again after a while, and after a longer one each time: finding its server means looking at
 * every process.
 */
import type { Clock } from '../../clock/clock.ts';
import type { Display } from './focus.ts';
import { NotX11 } from './not-x11.ts';
import type { FindXServer } from './x-server-search.ts';
import { X11Connection } from './x11-connection.linux.ts';
import { BELOW_POINTER } from './x11-messages.ts';

export interface WatchedDisplayParts {
  clock: Pick<Clock, 'now'>;
  /** Must end when its signal says so, as XServerSearch does. */
  find: FindXServer;
  /** From the search for its server to its answer, whatever of it takes long. */
  answerWithinMs: number;
  /** After the first failure; doubled with each, up to MOST_PAUSE_MS. */
  pauseMs: number;
}

const MOST_PAUSE_MS = 15 * 60_000;
/** A server that hangs tells nothing, which looks like a focus that stays where it is. */
const ASKED_AGAIN_MS = 60_000;

export class WatchedDisplay {
  readonly display: Display;
  readonly #parts: WatchedDisplayParts;
  #connection: X11Connection | undefined;
  /** In a row. */
  #failed = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;
  #answeredMs = Number.NEGATIVE_INFINITY;
  /** The number of the process; undefined: nobody is in front there, or `why` says why that is not known. */
  focused: number | undefined;
  answers = 0;
  failures = 0;
  /** Why it is not known who is in front there, for people; undefined: it is known. */
  why: string | undefined;

  constructor(display: Display, parts: WatchedDisplayParts) {
    this.display = display;
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#connection?.isOpen ?? false;
  }

  /** Its last answer is true as far as has been heard: there is nothing to ask. */
  isCurrent(nowMs: number): boolean {
    return (this.#connection?.isFocusUnchanged ?? false) && nowMs - this.#answeredMs < ASKED_AGAIN_MS;
  }

  /** Sets `focused` and `why`. Never rejects. */
  async ask(): Promise<void> {
    const { monotonicMs } = this.#parts.clock.now();
    if (monotonicMs < this.#notBeforeMs) return;
    const late = new AbortController();
    const giveUp = (): void => {
      const reason = new NotX11('a server that does not answer in time');
      late.abort(reason);
      this.#connection?.close(reason.message);
    };
    const timer = setTimeout(giveUp, this.#parts.answerWithinMs).unref();
    try {
      const connection = await this.#connected(late.signal);
      const pid = await connection.focusedPid();
      this.answers++;
      this.#failed = 0;
      this.#answeredMs = monotonicMs;
      this.focused = pid === BELOW_POINTER ? undefined : pid;
      this.why = pid === BELOW_POINTER ? 'the focus is on whatever is below the pointer' : undefined;
    } catch (error) {
      this.#fail(error as Error);
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#connection?.close();
  }

  async #connected(signal: AbortSignal): Promise<X11Connection> {
    if (this.#connection?.isOpen) return this.#connection;
    const { socket, cookie } = await this.#parts.find(this.display, signal);
    using _held = socket;
    // Nothing would end what begins after the time is over.
    signal.throwIfAborted();
    if (this.#isClosed) throw new NotX11('a display that nobody asks any more');
    this.#connection = new X11Connection(socket.path);
    await this.#connection.greet(cookie);
    return this.#connection;
  }

  #fail(error: Error): void {
    const { clock, pauseMs } = this.#parts;
    this.failures++;
    this.focused = undefined;
    this.#connection?.close();
    this.#connection = undefined;
    this.#notBeforeMs = clock.now().monotonicMs + Math.min(pauseMs * 2 ** this.#failed, MOST_PAUSE_MS);
    this.#failed++;
    this.why = error.message;
  }
}
