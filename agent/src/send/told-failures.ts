/**
 * Which failures in a row are worth a line in the log. Each reason once, and then only when the number of failures has
 * doubled: an outage of a week is a dozen lines, and what is the matter now is in `status`. Pure.
 */
const MOST_REASONS = 8;

export class ToldFailures {
  readonly #reasons = new Set<string>();

  /** `failures`: in a row, this one included. */
  isWorthALine(failures: number, why: string): boolean {
    const isNew = !this.#reasons.has(why) && this.#reasons.size < MOST_REASONS;
    if (isNew) this.#reasons.add(why);
    return isNew || (failures & (failures - 1)) === 0;
  }

  /** It worked: what fails from now on is another story. */
  succeeded(): void {
    this.#reasons.clear();
  }
}
