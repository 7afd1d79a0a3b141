/** How many folders may be watched, and how many events the kernel keeps while nobody reads them. */
import { readFileSync } from 'node:fs';

/** Half of what one user may have: editors and desktops of the same user need watches too. */
export function watchBudget(): number {
  return Math.floor(readNumber('/proc/sys/fs/inotify/max_user_watches', 8192) / 2);
}

/** Beyond it the kernel drops events, and Node does not say so. */
export function eventQueueLength(): number {
  return readNumber('/proc/sys/fs/inotify/max_queued_events', 16_384);
}

function readNumber(path: string, otherwise: number): number {
  try {
    const value = Number.parseInt(readFileSync(path, 'latin1'), 10);
    return value > 0 ? value : otherwise;
  } catch {
    return otherwise;
  }
}
