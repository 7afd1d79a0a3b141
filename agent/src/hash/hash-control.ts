/** What a hasher tells its threads while they work, in memory that they share. */

export type Told = 'go on' | 'stop' | 'rest';

/** By the number that stands for it. */
const TOLD: readonly Told[] = ['go on', 'stop', 'rest'];

export class HashControl {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(buffer = new SharedArrayBuffer(4)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  get told(): Told {
    return TOLD[Atomics.load(this.#words, 0)] ?? 'stop';
  }

  /** For good. */
  stop(): void {
    this.#say('stop');
  }

  rest(resting: boolean): void {
    if (this.told !== 'stop') this.#say(resting ? 'rest' : 'go on');
  }

  /** Threads only: waits so many milliseconds, or until something else than this is told. */
  waitWhile(told: Told, ms: number): void {
    Atomics.wait(this.#words, 0, TOLD.indexOf(told), ms);
  }

  #say(told: Told): void {
    Atomics.store(this.#words, 0, TOLD.indexOf(told));
    Atomics.notify(this.#words, 0);
  }
}
