/**
 * Counts of what is met again in each full pass and not remembered: those of the pass under way, and until it has met as
 * much, those of the one before. Pure.
 */
export class CountsOfPass<Kind> {
  #now = new Map<Kind, number>();
  #before = new Map<Kind, number>();

  add(kind: Kind): void {
    this.#now.set(kind, (this.#now.get(kind) ?? 0) + 1);
  }

  passBegins(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }

  clear(): void {
    this.#before.clear();
    this.#now.clear();
  }

  counts(): Map<Kind, number> {
    const counts = new Map(this.#before);
    for (const [kind, count] of this.#now) counts.set(kind, Math.max(count, counts.get(kind) ?? 0));
    return counts;
  }
}
