/**
 * The folder all state lives in, and the lock that keeps a second start out of it. The lock is an SQLite file in an
 * exclusive transaction: the operating system lets go of it however the process ends, so kill -9 leaves nothing
 * to clean up. The owner file beside it is only for messages, and tells a clean end from another.
 */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from './start-error.ts';

const SQLITE_BUSY = 5;

export interface HeldFolder {
  /** The last start here was cut short: processes of it may need a moment to end. */
  readonly leftInAHurry: boolean;
  /** `clean`: nothing of ours still runs. */
  release(clean: boolean): void;
}

/** Makes the folder if needed and takes it, or throws StartError at once. */
export function holdDataFolder(folder: string): HeldFolder {
  try {
    makeFolder(join(folder, 'logs'));
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw unusable(folder, cause);
  }
  const database = lock(folder);
  const owner = join(folder, 'start-owner');
  const leftInAHurry = ownerIn(owner) !== undefined;
  writeFileSync(owner, `${process.pid}\n`);
  return {
    leftInAHurry,
    release(clean) {
      if (clean) rmSync(owner, { force: true });
      database.close();
    },
  };
}

/** Step by step: Node's own `recursive` never returns on a file system without folders, such as /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

function lock(folder: string): DatabaseSync {
  try {
    const database = new DatabaseSync(join(folder, 'start-lock.sqlite'), { timeout: 0 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return database;
  } catch (cause) {
    if ((cause as { errcode?: number }).errcode !== SQLITE_BUSY) throw unusable(folder, cause);
    const pid = ownerIn(join(folder, 'start-owner'));
    throw new StartError(
      `fleetmeter is running on ${folder} already${pid ? ` (process ${pid})` : ''}; end it, or choose another folder with FLEETMETER_DATA_DIR`,
      { cause },
    );
  }
}

function ownerIn(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, 'latin1'), 10) || undefined;
  } catch {
    return undefined;
  }
}

function unusable(folder: string, cause: unknown): StartError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new StartError(
    `cannot write to the data folder ${folder} (${code ?? message}); choose another with FLEETMETER_DATA_DIR`,
    { cause },
  );
}
