/** The network between agent and collector on a bad day: losses before and after delivery, copies, and late copies. */
import type { ApiPath, Exchange, HttpAnswer } from '../../agent/src/send/http-exchange.ts';
import type { SeededRandom } from './seeded-random.ts';

export class FaultyExchange implements Exchange {
  readonly happened = { lost: 0, answerLost: 0, repeated: 0, late: 0 };
  readonly sentBytes = 0;
  faulty = true;
  readonly #inner: Exchange;
  readonly #random: SeededRandom;
  readonly #late: { path: ApiPath; envelope: Uint8Array }[] = [];

  constructor(inner: Exchange, random: SeededRandom) {
    this.#inner = inner;
    this.#random = random;
  }

  async post(path: ApiPath, envelope: Uint8Array, signal: AbortSignal): Promise<HttpAnswer> {
    if (!this.faulty) return await this.#inner.post(path, envelope, signal);
    if (this.#random.chance(0.1)) {
      this.happened.lost++;
      throw new Error('lost on the way there');
    }
    if (this.#random.chance(0.1)) this.#late.push({ path, envelope });
    if (this.#random.chance(0.1)) {
      this.happened.repeated++;
      await this.#inner.post(path, envelope, signal);
    }
    const answer = await this.#inner.post(path, envelope, signal);
    if (this.#random.chance(0.1)) {
      this.happened.answerLost++;
      throw new Error('lost on the way back');
    }
    return answer;
  }

  /** Copies that were under way arrive now, in any order. */
  async deliverLate(): Promise<void> {
    while (this.#late.length > 0 && this.#random.chance(0.7)) {
      const [copy] = this.#late.splice(this.#random.below(this.#late.length), 1);
      if (!copy) return;
      await this.#inner.post(copy.path, copy.envelope, AbortSignal.timeout(30_000));
      this.happened.late++;
    }
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }
}
