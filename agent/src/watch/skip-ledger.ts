/** What is skipped at present, by path, so that the sink hears of each change once and status can count. */
import { CountsOfPass } from './counts-of-pass.ts';
import type { FindingSink, SkipReason } from './found-file.ts';
import type { LinkOut } from './link-target.ts';

/** Beyond this many paths a skip is passed on and counted, but not remembered: the next full scan tells it again. */
const MOST_PATHS = 100_000;
/** Links of which it is kept where they lead, for people. */
const MOST_TARGETS = 100;

export class SkipLedger {
  readonly #sink: FindingSink;
  readonly #reasons = new Map<string, SkipReason>();
  readonly #targets = new Map<string, string>();
  readonly #unremembered = new CountsOfPass<'unremembered'>();

  constructor(sink: FindingSink) {
    this.#sink = sink;
  }

  skip(path: string, reason: SkipReason): void {
    this.#targets.delete(path);
    this.#skip(path, reason);
  }

  skipLink({ path, to }: LinkOut): void {
    if (this.#targets.size < MOST_TARGETS || this.#targets.has(path)) this.#targets.set(path, to);
    this.#skip(path, 'link-out-of-roots');
  }

  /** The first of those that were skipped, with where they lead. */
  links(): LinkOut[] {
    return [...this.#targets].map(([path, to]) => ({ path, to }));
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
    this.#targets.delete(path);
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

  #skip(path: string, reason: SkipReason): void {
    if (this.#reasons.get(path) === reason) return;
    if (this.#reasons.size < MOST_PATHS || this.#reasons.has(path)) this.#reasons.set(path, reason);
    else this.#unremembered.add('unremembered');
    this.#sink.skipped(path, reason);
  }
}
