/**
 * The SQLite file of the control store: its schema, and transactions over it.
 *
 * `synchronous=FULL` because every fact here is one that others rely on once it was answered: a number that
 * was handed out, a key that was enrolled, a checkpoint the stream was trimmed behind.
 */
import { DatabaseSync } from 'node:sqlite';
import { CONTROL_MIGRATIONS } from './control-migrations.ts';

/** A second connection that only reads, of this or another thread; the file must be open already, and stay so. */
export function openControlReader(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 5000, readOnly: true });
  database.exec('PRAGMA cache_size = -32768;');
  return database;
}

/** Opens the file, brings it to the newest schema. Throws when it was written by a newer collector. */
export function openControlDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 5000 });
  try {
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768;`);
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: DatabaseSync): void {
  const version = database.prepare('PRAGMA user_version').get()?.user_version as number;
  if (version > CONTROL_MIGRATIONS.length)
    throw new Error(
      `the control store has version ${version}; this collector knows up to ${CONTROL_MIGRATIONS.length}`,
    );
  for (let step = version; step < CONTROL_MIGRATIONS.length; step++) {
    inTransaction(database, () => {
      database.exec(CONTROL_MIGRATIONS[step] as string);
      database.exec(`PRAGMA user_version = ${step + 1}`);
    });
  }
}

/**
 * Runs `work` in one transaction; what it changed is on stable storage when this returns. An error from work or
 * from the commit leaves the file as it was and is thrown on. Inside a running transaction it joins that one.
 */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  if (database.isTransaction) return work();
  database.exec('BEGIN IMMEDIATE');
  const afterwards: (() => void)[] = [];
  committing.set(database, afterwards);
  try {
    const result = work();
    database.exec('COMMIT');
    for (const each of afterwards) each();
    return result;
  } catch (error) {
    // A full disk ends the transaction by itself; then there is nothing left to roll back.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  } finally {
    committing.delete(database);
  }
}

/** What is to be done once the running transaction of a connection is committed. */
const committing = new WeakMap<DatabaseSync, (() => void)[]>();

/**
 * Does it when others can see what the running transaction changed, or at once when none runs. Never for a transaction that
 * fails; but also for a part of it that was undone, see `atomically`. `work` must not throw.
 */
export function whenCommitted(database: DatabaseSync, work: () => void): void {
  const afterwards = committing.get(database);
  if (afterwards) afterwards.push(work);
  else work();
}

/**
 * Like inTransaction, and a power cut may take it back: the disk is not waited for. For what is found out again when it is
 * lost, and for what LateSync makes durable. SQLite at `synchronous=NORMAL` writes a commit to its write-ahead log without a
 * sync; power cuts take such commits newest first, and nothing else.
 */
export function inUnsyncedTransaction<T>(database: DatabaseSync, work: () => T): T {
  if (database.isTransaction) return work();
  database.exec('PRAGMA synchronous = NORMAL');
  try {
    return inTransaction(database, work);
  } finally {
    database.exec('PRAGMA synchronous = FULL');
  }
}

/** Like inTransaction; inside a running transaction an error of `work` undoes what it did, and nothing else. */
export function atomically<T>(database: DatabaseSync, work: () => T): T {
  if (!database.isTransaction) return inTransaction(database, work);
  database.exec('SAVEPOINT part');
  try {
    const result = work();
    database.exec('RELEASE part');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK TO part; RELEASE part');
    throw error;
  }
}

/**
 * Runs each of these within the running transaction. Each succeeds or fails on its own, and has to undo by itself what it
 * did before it failed (see `atomically`). Throws when the transaction is over.
 */
export function eachOnItsOwn<T>(
  database: DatabaseSync,
  works: readonly (() => T)[],
): PromiseSettledResult<T>[] {
  return works.map((work): PromiseSettledResult<T> => {
    try {
      return { status: 'fulfilled', value: work() };
    } catch (reason) {
      // It ended the transaction of all of them, as a full disk does.
      if (!database.isTransaction) throw reason;
      return { status: 'rejected', reason };
    }
  });
}
