/** Files that were seen and could not be listed, by reason, as of now. Kept in memory: each scan finds them again. */
import { CountsOfPass } from '../watch/counts-of-pass.ts';
import type { SkipReason } from '../watch/found-file.ts';

/** How much is not listed for one reason. Files that are only counted with their tree have no path of their own here. */
export interface NotListed {
  reason: SkipReason | 'rolled-up';
  count: number;
}

/** Skipped files together with those that finding only counts. */
export function notListed(
  skipped: readonly NotListed[],
  { rolledUp }: { rolledUp: { files: number } },
): NotListed[] {
  return rolledUp.files === 0 ? [...skipped] : [...skipped, { reason: 'rolled-up', count: rolledUp.files }];
}

/** Beyond this many paths only their number is kept, anew in each full scan. */
const MOST_SKIPPED_PATHS = 100_000;

export class SkippedFiles {
  readonly #reasons = new Map<string, SkipReason>();
  readonly #beyond = new CountsOfPass<SkipReason>();

  add(path: string, reason: SkipReason): void {
    if (this.#reasons.size >= MOST_SKIPPED_PATHS && !this.#reasons.has(path)) this.#beyond.add(reason);
    else this.#reasons.set(path, reason);
  }

  remove(path: string): void {
    this.#reasons.delete(path);
  }

  passBegins(): void {
    this.#beyond.passBegins();
  }

  clear(): void {
    this.#reasons.clear();
    this.#beyond.clear();
  }

  /** How many by reason; reasons in a fixed order, so that equal states encode alike. */
  counts(): { reason: SkipReason; count: number }[] {
    const counts = this.#beyond.counts();
    for (const reason of this.#reasons.values()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([reason, count]) => ({ reason, count }));
  }
}
