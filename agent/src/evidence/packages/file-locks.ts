/** Whether a package manager holds a lock file, told without taking any lock. Linux. */
import { readFile, stat } from 'node:fs/promises';

/** Some kernels take many milliseconds to list their locks. Unreadable files count as not locked. */
export async function anyLocked(paths: readonly string[], kernelLocks = '/proc/locks'): Promise<boolean> {
  const inodes = (await Promise.all(paths.map(inodeOf))).filter((inode) => inode !== undefined);
  if (inodes.length === 0) return false;
  const table = await readFile(kernelLocks, 'latin1').catch(() => '');
  return lockedInodes(table).some((inode) => inodes.includes(inode));
}

/**
 * Inodes with a lock. A line reads `1: POSIX  ADVISORY  WRITE 1234 fe:00:5678 0 EOF`; one that only waits has `->`
 * after its number. The device is not compared: btrfs gives stat() another one than this table, and a chance match
 * of inodes costs no more than a bounded wait.
 */
export function lockedInodes(table: string): string[] {
  return table.split('\n').flatMap((line) => /\s[0-9a-f]+:[0-9a-f]+:(\d+)\s/.exec(line)?.[1] ?? []);
}

function inodeOf(path: string): Promise<string | undefined> {
  return stat(path, { bigint: true }).then(
    ({ ino }) => String(ino),
    () => undefined,
  );
}
