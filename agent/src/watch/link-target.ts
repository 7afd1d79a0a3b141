/**
 * Links that lead out of all roots. Links are never followed to find programs: whatever lies in a root is found by its own
 * path. What lies in none is not, though its users see it in a root, so such a link is told of and counted.
 */
import { lstatSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { hasAncestorIn } from './is-within.ts';
import { followLinks, textOfLink } from './real-path.ts';

export interface LinkRules {
  /** Where a link may lead to without being told of: what is there is found, or told of, by its own path. */
  roots: ReadonlySet<string>;
  /** Mounts that are stayed off: what lies there is not looked at. */
  mounts: ReadonlySet<string>;
}

/** A link that leads to what may be programs, in none of the roots. */
export interface LinkOut {
  path: string;
  /** Real path, or as it is written where that cannot be looked at. */
  to: string;
}

const EXECUTE_BITS = 0o111;
const REPLACEMENT = '\ufffd';
/**
 * The folder or file with an execute bit that this link leads to, if that lies in no root; undefined: it does, or it is
 * nothing of that kind, or there is nothing. What cannot be looked at is told as well. A link to another link in a root
 * is not told of by itself: the other one is. Looks at links and times only; opens nothing.
 */
export function targetOutside(link: string, { roots, mounts }: LinkRules): string | undefined {
  const text = textOfLink(link);
  if (text === undefined) return undefined;
  const folder = dirname(link);
  const said = resolve(folder, text);
  if (hasAncestorIn(said, roots) && !goesUpAgain(text)) return undefined;
  // A name that is no Unicode cannot be asked for by its text.
  if (text.includes(REPLACEMENT)) return said;
  const mayLook = (path: string): boolean => !hasAncestorIn(path, mounts);
  const target = followLinks(text.startsWith('/') ? text : `${folder}/${text}`, mayLook);
  if (target === undefined) return said;
  if (hasAncestorIn(target, roots)) return undefined;
  return mayLook(target) && !mayHoldPrograms(target) ? undefined : target;
}

/** The folder that would have to be a root for what this leads to to be listed. */
export function folderToAdd(target: string): string {
  const stats = looked(target);
  return stats !== 'unreadable' && stats?.isFile() ? dirname(target) : target;
}

/** After it went down: where it leads depends on whether what it went down by is a link. */
function goesUpAgain(text: string): boolean {
  const names = text.split('/').filter((name) => name !== '' && name !== '.');
  const down = names.findIndex((name) => name !== '..');
  return down !== -1 && names.lastIndexOf('..') > down;
}

function mayHoldPrograms(path: string): boolean {
  const stats = looked(path);
  if (stats === 'unreadable') return true;
  return (
    stats !== undefined && (stats.isDirectory() || (stats.isFile() && (stats.mode & EXECUTE_BITS) !== 0))
  );
}

function looked(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return 'unreadable' as const;
  }
}
