/**
 * When somebody last typed at a terminal of a user: the kernel keeps it as the time at which the terminal's file was last read, to a
 * few seconds. A terminal belongs to whom it was opened for, also while they work as somebody else in it.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '../clock/clock.ts';

/** As many as a list of a moment holds; of more it cannot be told whose is the newest input. */
const MOST_TERMINALS = 4096;

/** Milliseconds on the monotonic clock; 'none': the user has no terminal; undefined: it cannot be seen. */
export function terminalInputMs(folder: string, uid: number, now: Instant): number | 'none' | undefined {
  let newest: number | 'none' = 'none';
  try {
    const names = readdirSync(folder);
    if (names.length > MOST_TERMINALS) return undefined;
    for (const name of names) {
      const file = /^\d+$/.test(name) ? statSync(join(folder, name), { throwIfNoEntry: false }) : undefined;
      if (file?.uid !== uid) continue;
      const inputMs = now.monotonicMs - (now.wallMs - file.atimeMs);
      if (newest === 'none' || inputMs > newest) newest = inputMs;
    }
  } catch {
    return undefined;
  }
  return newest;
}
