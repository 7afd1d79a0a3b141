/**
 * Heads of recently seen epochs. The processor is the only writer of heads, so what it remembers is what the
 * tables hold; an idle report then costs no read. Bounded: the least recently used go first.
 */
import type { EpochHead } from '../reconcile/reconcile-report.ts';

export class EpochHeadCache {
  readonly #heads = new Map<number, EpochHead>();
  readonly #capacity: number;

  /** @param capacity entries, about 300 bytes each */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(epochNo: number): EpochHead | undefined {
    const head = this.#heads.get(epochNo);
    if (head) this.set(epochNo, head);
    return head;
  }

  /** Looks without counting as use. */
  peek(epochNo: number): EpochHead | undefined {
    return this.#heads.get(epochNo);
  }

  set(epochNo: number, head: EpochHead): void {
    this.#heads.delete(epochNo);
    this.#heads.set(epochNo, head);
    if (this.#heads.size > this.#capacity) {
      const [oldest] = this.#heads.keys();
      this.#heads.delete(oldest as number);
    }
  }

  /** After a failed write nobody knows what the tables hold. */
  forget(epochNos: Iterable<number>): void {
    for (const epochNo of epochNos) this.#heads.delete(epochNo);
  }
}
