/** Whether dpkg or a front end of it is at work, told without taking any lock. Linux. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** `lock` is dpkg's own; `lock-frontend` is held by apt and others over the several dpkg runs of one transaction. */
const LOCK_FILES = ['lock', 'lock-frontend'];

/** Synchronous and cheap (about 50 µs). Unreadable files count as "not at work". */
export function dpkgAtWork(folder: string, kernelLocks = '/proc/locks'): boolean {
  const inodes = LOCK_FILES.flatMap((name) => inodeOf(join(folder, name)) ?? []);
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
