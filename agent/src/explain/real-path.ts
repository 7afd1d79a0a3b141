/** Where a path leads, found without looking at what may never answer. */
import { readlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** As many as Linux follows. */
const MOST_LINKS = 40;

/**
 * An absolute path with its links followed, the last one too, as far as `mayLook` lets it: what lies behind that stays as it
 * is written. What is not there stays as well, and so does a path with too many links, or of Windows.
 */
export function realPathOf(path: string, mayLook: (path: string) => boolean): string {
  if (!path.startsWith('/')) return path;
  let real = '/';
  let links = 0;
  const left = segmentsOf(path);
  for (let segment = left.shift(); segment !== undefined; segment = left.shift()) {
    const next = join(real, segment);
    if (!mayLook(next)) return join(next, ...left);
    const target = linkAt(next);
    if (target === undefined) real = next;
    else {
      if (++links > MOST_LINKS) return path;
      left.unshift(...segmentsOf(resolve(real, target)));
      real = '/';
    }
  }
  return real;
}

const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
