/** Hears what time it is at the collector, from its answers: each says it anyway. What answers in its place is not believed. */
import type { Clock } from '../clock/clock.ts';
import type { ToldClock } from '../clock/told-clock.ts';
import type { ApiPath, Exchange, HttpAnswer } from './http-exchange.ts';
import { readAnswer } from './read-answer.ts';

export class TimeHearingExchange implements Exchange {
  readonly #inner: Exchange;
  readonly #told: Pick<ToldClock, 'heard'>;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(inner: Exchange, told: Pick<ToldClock, 'heard'>, clock: Pick<Clock, 'now'>) {
    this.#inner = inner;
    this.#told = told;
    this.#clock = clock;
  }

  get sentBytes(): number {
    return this.#inner.sentBytes;
  }

  async post(path: ApiPath, envelope: Uint8Array, signal: AbortSignal): Promise<HttpAnswer> {
    const asked = this.#clock.now();
    const answer = await this.#inner.post(path, envelope, signal);
    const answered = this.#clock.now();
    if (answer.date !== undefined && readAnswer(answer, answered.wallMs).is === 'answer')
      this.#told.heard(Date.parse(answer.date), asked, answered);
    return answer;
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }
}
