/**
 * Whether one identity has two living holders. Pure.
 *
 * A machine that was put back to an earlier state leaves the epoch it was in for good: it says something that does not
 * fit, and opens a child. So when an epoch goes on where it stood after an older epoch of its device has spoken, the
 * two take turns, and each is a machine of its own. A single machine that was put back twice does not look like this:
 * it would have to be put back to the very last report of the younger epoch.
 */

/** A report that made its epoch go on. */
export interface Turn {
  epochNo: number;
  /** Of the report; its epoch goes on when it is not the first. */
  sequence: number;
  /** Milliseconds since 1970 when the report before it in this epoch was received. */
  previousAt: number;
}

/** What an epoch said beside its successor. */
export interface OtherTurn {
  epochNo: number;
  /** Milliseconds since 1970 when it was received. */
  at: number;
}

/** The older epoch whose sender lives beside this one; undefined when nothing proves it. */
export function livingBeside<T extends OtherTurn>(turn: Turn, others: Iterable<T>): T | undefined {
  if (turn.sequence <= 1) return undefined;
  for (const other of others) if (other.epochNo < turn.epochNo && other.at > turn.previousAt) return other;
  return undefined;
}
