import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The process whose engine has this data folder open, or undefined. Asked from outside of any jail: within one, the
 * numbers of others' processes are not known. The engine keeps the file `status` locked while it runs.
 */
export function folderHolder(dataDir: string): number | undefined {
  try {
    const { dev, ino } = statSync(join(dataDir, 'db', 'status'), { bigint: true });
    return lockHolder(readFileSync('/proc/locks', 'utf8'), dev, ino);
  } catch {
    // No file yet, or a system without the list: then the engine's own refusal has to do.
    return undefined;
  }
}

/** Who holds a lock of the kind FLOCK on this file, by the kernel's list (`1: FLOCK ADVISORY WRITE 812 fe:00:2454577 0 EOF`). Pure. */
export function lockHolder(locks: string, device: bigint, inode: bigint): number | undefined {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn);
  const hex = (part: bigint) => part.toString(16).padStart(2, '0');
  const file = `${hex(major)}:${hex(minor)}:${inode}`;
  for (const line of locks.split('\n')) {
    const [, kind, , , pid, of] = line.trim().split(/\s+/);
    if (kind === 'FLOCK' && of === file) return Number(pid);
  }
  return undefined;
}
