/**
 * Whether reading what one file says of itself stopped at a limit, so that something it says may be missing. The
 * limits of the readers are far above what real files need; whoever meets one is to see it, and not a gap.
 */
export class LimitNote {
  reached = false;

  /** `count`, or `most` where that is less. */
  atMost(count: number, most: number): number {
    return this.exceeds(count, most) ? most : count;
  }

  exceeds(count: number, most: number): boolean {
    if (!(count > most)) return false;
    this.reached = true;
    return true;
  }

  /** For the reader's answer: a file that is read to its end says nothing of limits. */
  inAnswer(): { limitReached?: true } {
    return this.reached ? { limitReached: true } : {};
  }
}
