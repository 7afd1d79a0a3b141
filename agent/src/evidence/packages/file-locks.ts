/** Whether a package manager holds a lock file, told without taking any lock. Linux. */
import { readFileSync, statSync } from 'node:fs';

/** Synchronous: cheap on some kernels, milliseconds on others. Unreadable files count as not locked. */
export function anyLocked(paths: readonly string[], kernelLocks = '/proc/locks'): boolean {
  const inodes = paths.flatMap((path) => inodeOf(path) ?? []);
  if (inodes.length === 0) return false;
  return lockedInodes(readText(kernelLocks)).some((inode) => inodes.includes(inode));
}

/**
 * Inodes with a lock. A line reads `1: POSIX  ADVISORY  WRITE 1234 fe:00:5678 0 EOF`; one that only waits has `->`
 * after its number. The device is not compared: btrfs gives stat() another one than this table, and a chance match
 * of inodes costs no more than a bounded wait.
 */
export function lockedInodes(table: string): string[] {
  return table.split('\n').flatMap((line) => /\s[0-9a-f]+:[0-9a-f]+:(\d+)\s/.exec(line)?.[1] ?? []);
}

function inodeOf(path: string): string | undefined {
  try {
    return String(statSync(path, { bigint: true }).ino);
  } catch {
    return undefined;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
