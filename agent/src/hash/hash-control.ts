/** What a hasher tells its threads while they work, and what they count for it, in memory that they share. */

const STATE = 0;
const WORKS = 0;
const STOPS = 1;
const RESTS = 2;
/** Int32 words; the last holds microseconds that threads waited for storage, and wraps. */
const STORAGE_WAIT = 1;
const CONTROL_BYTES = 8;

export type Told = 'go on' | 'stop' | 'rest';

export class HashControl {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(buffer = new SharedArrayBuffer(CONTROL_BYTES)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  get told(): Told {
    const state = Atomics.load(this.#words, STATE);
    return state === STOPS ? 'stop' : state === RESTS ? 'rest' : 'go on';
  }

  /** For good. */
  stop(): void {
    this.#say(STOPS);
  }

  rest(resting: boolean): void {
    if (this.told !== 'stop') this.#say(resting ? RESTS : WORKS);
  }

  /** Threads only: waits so many milliseconds, or until something else is told. */
  wait(ms: number): void {
    Atomics.wait(this.#words, STATE, Atomics.load(this.#words, STATE), ms);
  }

  waitedForStorage(us: number): void {
    Atomics.add(this.#words, STORAGE_WAIT, Math.round(us));
  }

  /** Microseconds since the last call. */
  takeStorageWaitUs(): number {
    return Atomics.exchange(this.#words, STORAGE_WAIT, 0);
  }

  #say(state: number): void {
    Atomics.store(this.#words, STATE, state);
    Atomics.notify(this.#words, STATE);
  }
}
