/** A clock for tests: sleeping moves it on at once, and nothing else does but the test. */
import { type Clock, DAY_MS, type Instant } from './clock.ts';

export class FakeClock implements Clock {
  /** Since the day began, and since the machine did. */
  ms = 1e6;
  readonly #day: number;
  readonly #utcOffsetSeconds: number;

  /** `day`: days since 1970. */
  constructor(day = 20_000, utcOffsetSeconds = 0) {
    this.#day = day;
    this.#utcOffsetSeconds = utcOffsetSeconds;
  }

  now(): Instant {
    return { wallMs: this.#day * DAY_MS + this.ms, monotonicMs: this.ms, bootMs: this.ms };
  }

  bootId(): string {
    return 'boot';
  }

  utcOffsetSeconds(): number {
    return this.#utcOffsetSeconds;
  }

  async sleep(ms: number): Promise<void> {
    this.ms += ms;
  }
}
