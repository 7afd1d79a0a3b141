/** Tells one state of a file or folder from another without reading it. */
import { type BigIntStats, lstatSync, statSync } from 'node:fs';

/** undefined: nothing is there, or nothing that may be looked at. */
export function fileVersion(path: string): string | undefined {
  return versionOf(() => statSync(path, { bigint: true, throwIfNoEntry: false }));
}

/** The same where anybody may have put something: a link is told by itself, since it may lead to a dead server. */
export function plainVersion(path: string, kind: 'file' | 'folder' | 'any'): string | undefined {
  return versionOf(() => {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (kind === 'any') return stats;
    return (kind === 'file' ? stats?.isFile() : stats?.isDirectory()) ? stats : undefined;
  });
}

function versionOf(look: () => BigIntStats | undefined): string | undefined {
  try {
    const stats = look();
    return stats && `${stats.ino}:${stats.size}:${stats.mtimeNs}`;
  } catch {
    return undefined;
  }
}
