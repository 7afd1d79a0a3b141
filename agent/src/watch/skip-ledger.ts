/** What is skipped at present, by path, so that the sink hears of each change once and status can count. */
import { CountsOfPass } from './counts-of-pass.ts';
import type { FindingSink, SkipReason } from './found-file.ts';

/** Beyond this many paths a skip is passed on and counted, but not remembered: the next full scan tells it again. */
const MOST_PATHS = 100_000;

export class SkipLedger {
  readonly #sink: FindingSink;
  readonly #reasons = new Map<string, SkipReason>();
  readonly #unremembered = new CountsOfPass<'unremembered'>();

  constructor(sink: FindingSink) {
    this.#sink = sink;
  }

  skip(path: string, reason: SkipReason): void {
    if (this.#reasons.get(path) === reason) return;
    if (this.#reasons.size < MOST_PATHS || this.#reasons.has(path)) this.#reasons.set(path, reason);
    else this.#unremembered.add('unremembered');
    this.#sink.skipped(path, reason);
  }

  /** A full scan begins. */
  passBegins(): void {
    this.#unremembered.passBegins();
    this.#sink.passBegins();
  }

  reasonOf(path: string): SkipReason | undefined {
    return this.#reasons.get(path);
  }

  /** The sink learns it from found() or gone(). True when there was a skip. */
  forget(path: string): boolean {
    return this.#reasons.delete(path);
  }

  *pathsWith(...reasons: SkipReason[]): Iterable<string> {
    for (const [path, reason] of this.#reasons) if (reasons.includes(reason)) yield path;
  }

  paths(): Iterable<string> {
    return this.#reasons.keys();
  }

  counts(): Partial<Record<SkipReason, number>> & { unremembered?: number } {
    const counts: Partial<Record<SkipReason, number>> = {};
    for (const reason of this.#reasons.values()) counts[reason] = (counts[reason] ?? 0) + 1;
    const unremembered = this.#unremembered.counts().get('unremembered');
    return unremembered ? { ...counts, unremembered } : counts;
  }
}
