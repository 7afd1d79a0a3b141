/**
 * One collector per data folder. The lock is an SQLite file held in an exclusive transaction: the operating
 * system lets go of it when the process ends, however it ends, so no stale lock is ever left to clean up.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/** Another process works in this folder. The message is for people, one line. */
export class DataFolderLockedError extends Error {
  override name = 'DataFolderLockedError';
}

export interface DataFolderLock {
  release(): void;
}

/** Throws DataFolderLockedError at once when another holds it, in this process or in any other. */
export function lockDataFolder(folder: string): DataFolderLock {
  const database = new DatabaseSync(join(folder, 'lock.sqlite'), { timeout: 0 });
  const ownerFile = join(folder, 'lock-owner');
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    if ((cause as { errcode?: number }).errcode !== SQLITE_BUSY) throw cause;
    throw new DataFolderLockedError(
      `another collector${ownerNamed(ownerFile)} is using ${folder}; stop it, or choose another data folder`,
      { cause },
    );
  }
  // Only for the message of the one that is refused; nothing decides by it.
  writeFileSync(ownerFile, `${process.pid}\n`);
  return { release: () => database.close() };
}

/** Whether a collector works in this folder now. */
export function isCollectorRunning(folder: string): boolean {
  try {
    lockDataFolder(folder).release();
    return false;
  } catch (error) {
    if (error instanceof DataFolderLockedError) return true;
    throw error;
  }
}

function ownerNamed(ownerFile: string): string {
  try {
    return ` (process ${Number.parseInt(readFileSync(ownerFile, 'latin1'), 10)})`;
  } catch {
    return '';
  }
}
