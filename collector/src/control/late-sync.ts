/**
 * Commits whose wait for the disk is left to a thread of the pool: new devices, new numbers, and what a range leads to. The
 * control store lives in the thread that answers devices, and a sync takes some 5 ms, or 900 when others write: nobody
 * else's report may wait for that.
 *
 * A sync of the write-ahead log, through whatever descriptor, makes all its commits durable.
 */
import { closeSync, fsync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { inUnsyncedTransaction } from './control-database.ts';

const sync = promisify(fsync);

export class LateSync {
  readonly #database: DatabaseSync;
  /** The write-ahead log; undefined for a database in memory. */
  readonly #log: string | undefined;
  /** At first whatever a process that was killed left in the log. */
  #pending = true;
  #last: Promise<void> = Promise.resolve();
  #isNameSynced = false;
  /** Of the log, which stays the same file as long as the database is open. */
  #descriptor: number | undefined;
  /** A sync failed: nobody knows what of the log is on the disk, and another sync of it need not tell. */
  #suspect = false;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const file = database.location();
    this.#log = file === null || file === '' ? undefined : `${file}-wal`;
  }

  /** Like inTransaction, and on stable storage only once `sync` has resolved. */
  commit<T>(work: () => T): T {
    const result = inUnsyncedTransaction(this.#database, work);
    this.#pending = true;
    return result;
  }

  /** Resolves when everything committed so far is on stable storage. Rejects when it may not be; then call it again. */
  sync(): Promise<void> {
    // Whoever asks while another sync is on its way has to hear how that ends.
    const done = this.#last.then(() => this.#syncPending());
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #syncPending(): Promise<void> {
    if (!this.#pending || this.#log === undefined) return;
    this.#pending = false;
    try {
      if (this.#suspect) this.#moveLog();
      // A failed write is told once to each descriptor that was open then, also when SQLite's own has heard of it.
      this.#descriptor ??= openSync(this.#log, 'r');
      await sync(this.#descriptor);
      if (!this.#isNameSynced) await syncFolder(dirname(this.#log));
      this.#isNameSynced = true;
    } catch (error) {
      this.#pending = true;
      this.#suspect = true;
      throw error;
    }
  }

  /** After the last use; a sync that is on its way ends first. */
  close(): void {
    void this.#last.then(() => {
      if (this.#descriptor !== undefined) closeSync(this.#descriptor);
      this.#descriptor = undefined;
    });
  }

  /** What the log holds is written once more, into the file, with syncs of its own. */
  #moveLog(): void {
    const moved = this.#database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
    if (moved?.busy !== 0) throw new Error('the log of the control store cannot be moved into its file now');
    this.#suspect = false;
  }
}

async function syncFolder(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
