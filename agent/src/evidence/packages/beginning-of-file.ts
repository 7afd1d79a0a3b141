/** The first bytes of a small file that anybody may have written. */
import { closeSync, readSync } from 'node:fs';
import { openSafely } from '../../hash/safe-open.ts';

/** undefined: there is no such regular file, or it may not be read. Never waits, never follows a link, never throws. */
export function beginningOfFile(path: string, mostBytes: number): Buffer | undefined {
  const opened = openSafely(path);
  if (typeof opened === 'string') return undefined;
  try {
    const bytes = Buffer.alloc(Math.min(mostBytes, Number(opened.stats.size)));
    let filled = 0;
    while (filled < bytes.length) {
      const read = readSync(opened.descriptor, bytes, filled, bytes.length - filled, filled);
      if (read === 0) break;
      filled += read;
    }
    return bytes.subarray(0, filled);
  } catch {
    return undefined;
  } finally {
    closeSync(opened.descriptor);
  }
}
