/**
 * Whether one more thread is worth its memory, some 8 MiB while it lives. One thread keeps up with small files, and at a
 * pace more of them read no faster; a second one is for whatever waits behind a file that takes long, and for hashing
 * as fast as the cores allow.
 */
export interface HashingNow {
  /** Milliseconds since the file was begun that is open longest; undefined: no thread works. */
  longestOpenMs: number | undefined;
  /** Read since files began to wait without a break. */
  bytesInARow: number;
  /** Of files that wait, as far as their sizes are known. */
  bytesWaiting: number;
  /** Bytes per second or CPU are limited, for all threads together. */
  isPaced: boolean;
  /** A file waits that is hashed before all others, whatever else is open. */
  waitsForNobody: boolean;
}

/** What waits behind a longer file gets a thread of its own. */
export const LONG_FILE_MS = 1000;
/** Some 50 ms of hashing: a tree of small programs does not come to it soon. */
const MANY_BYTES = 64 * 1024 ** 2;

export function isWorthAnotherThread({
  longestOpenMs,
  bytesInARow,
  bytesWaiting,
  isPaced,
  waitsForNobody,
}: HashingNow): boolean {
  if (longestOpenMs === undefined || waitsForNobody || longestOpenMs >= LONG_FILE_MS) return true;
  return !isPaced && bytesInARow + bytesWaiting >= MANY_BYTES;
}
