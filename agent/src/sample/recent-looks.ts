/**
 * Who is in front is asked at a look and known at a later one. What has the number of such a process then may be another process, and it
 * may have ended, so it is looked up among those of the look at which it was asked. Pure.
 */
import type { Focus } from '../sessions/x11/focus.ts';
import type { Attention } from '../usage/attention.ts';
import type { SampledProcess } from './sampled-process.ts';

export interface Look {
  /** Milliseconds on the monotonic clock. */
  atMs: number;
  metered: readonly SampledProcess[];
}

/** An answer that is older than so many looks is none: nearly always it is of the last one. */
const MOST_LOOKS = 16;
const ADMINISTRATOR = 0;
const NOT_KNOWN = { inFront: new Set<string>(), askedMs: Number.NEGATIVE_INFINITY, isWhole: false };

export class RecentLooks {
  /** From the oldest to the newest. */
  readonly #looks: Look[] = [];
  /** How often a display named a process of another user, which says nothing of that user's programs. */
  ofOthers = 0;

  add(look: Look): void {
    this.#looks.push(look);
    if (this.#looks.length > MOST_LOOKS) this.#looks.shift();
  }

  /**
   * Also what they interpret. Anybody's server may say anything, so it is believed about processes of that user only; the administrator's
   * about all. A program that is run as somebody else may well be in front, and then it is not known who is.
   */
  inFront({ focused, askedMs, isWhole }: Focus): Omit<Attention, 'lockedUsers'> {
    const asked = this.#looks.findLast(({ atMs }) => atMs <= askedMs);
    if (!asked) return NOT_KNOWN;
    const inFront = new Set<string>();
    let isOfOthers = false;
    for (const { pid, uid } of focused)
      for (const each of numbered(asked, pid)) {
        if (each.uid === uid || uid === ADMINISTRATOR) inFront.add(each.process);
        else isOfOthers = true;
      }
    if (isOfOthers) this.ofOthers++;
    return { inFront, askedMs: asked.atMs, isWhole: isWhole && !isOfOthers };
  }
}

/** Few are asked for and a look has many, so none is made of it that finds them faster. */
function numbered({ metered }: Look, pid: number): SampledProcess[] {
  const start = `${pid}:`;
  return metered.filter(({ process }) => process.startsWith(start));
}
