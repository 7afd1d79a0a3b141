/**
 * One agent per state folder. The lock is an SQLite database held in an exclusive transaction: the kernel lets go
 * of it when the process ends, however it ends, so a kill -9 leaves nothing to clean up.
 */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StateError } from './state-error.ts';

const SQLITE_BUSY = 5;

/** Takes the lock at once or throws StateError 'in-use'; the value lets go of it. */
export function holdAgentLock(stateFolder: string): Disposable {
  const path = join(stateFolder, 'lock.db');
  try {
    const database = new DatabaseSync(path, { timeout: 0 });
    chmodSync(path, 0o600);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return { [Symbol.dispose]: () => database.close() };
  } catch (cause) {
    if ((cause as { errcode?: number }).errcode === SQLITE_BUSY)
      throw new StateError('in-use', `another agent is running on ${stateFolder}`, { cause });
    throw new StateError('folder-unusable', `cannot lock ${stateFolder}: ${(cause as Error).message}`, {
      cause,
    });
  }
}
