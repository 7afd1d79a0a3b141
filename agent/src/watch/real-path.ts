/** Where a path leads, found without looking at what may never answer. */
import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** As many as Linux follows. */
const MOST_LINKS = 40;
/** Links can be written that are thousands of names long, and lead to others like them. */
const MOST_NAMES = 500;

/**
 * An absolute path with its links followed, the last one too, as far as `mayLook` lets it: what lies behind that stays as it
 * is written. What is not there stays as well. Undefined: too many links, or too long ones. Paths of Windows stay as they are.
 * `root`: the folder that is `/` for that path, when it is another one; no link leads out of it.
 */
export function followLinks(path: string, mayLook: (path: string) => boolean, root = ''): string | undefined {
  if (!path.startsWith('/')) return path;
  let real = '/';
  let links = 0;
  let names = 0;
  const left = namesOf(path);
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    if (++names > MOST_NAMES) return undefined;
    // Of where a link has led to, and not of where it lies.
    if (name === '..') {
      real = dirname(real);
      continue;
    }
    const next = join(real, name);
    if (!mayLook(next)) return join(next, ...left);
    const target = textIfLink(`${root}${next}`);
    if (target === undefined) real = next;
    else {
      if (++links > MOST_LINKS) return undefined;
      left.unshift(...namesOf(target));
      if (target.startsWith('/')) real = '/';
    }
  }
  return real;
}

/** What is written in the link; undefined: there is no link, or it may not be read. */
export function textOfLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Most are none, and an error costs more than a look. */
function textIfLink(path: string): string | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.');
