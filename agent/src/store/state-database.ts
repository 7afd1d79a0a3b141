/**
 * The agent's one database: SQLite in WAL mode with synchronous=FULL, so that what was committed survives a power
 * cut, but for what says that it need not. A store that cannot be read is moved aside and a new one begins; the caller says so aloud, and the new
 * store opens a new epoch by having none.
 */
import { chmodSync, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { MIGRATIONS } from './migrations.ts';
import { StateError } from './state-error.ts';

const FILE = 'agent.db';
/** SQLite's codes for a file that is not, or no longer, a database. */
const CORRUPT = new Set([11 /* SQLITE_CORRUPT */, 26 /* SQLITE_NOTADB */]);
const CORRUPT_COPIES_KEPT = 2;
const WAL_BYTES_KEPT = 4 * 1024 * 1024;
/** Moving the log into the file holds up everything for as long as the disk takes, and most pages are written again and again in a scan. */
const WAL_PAGES_BEFORE_MOVE = 8000;
const MIB = 1024 * 1024;
/**
 * The state folder's hard limit is 256 MiB. A transaction that changes every page makes a log as large as the database,
 * so that both together may take twice this, and what the log had before, 32 MiB; the rest is for damaged copies and small files.
 */
const MOST_DATABASE_BYTES = 98 * MIB;
const MOST_CORRUPT_BYTES = 24 * MIB;

export class StateDatabase {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #inTransaction = false;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** A prepared statement, prepared once. Only constant SQL may be passed: the cache is never emptied. */
  sql(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (!statement) {
      statement = this.#database.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  /** All of it or nothing. A transaction within a transaction is part of the outer one. */
  transaction<T>(work: () => T, mode: 'IMMEDIATE' | 'DEFERRED' = 'IMMEDIATE'): T {
    if (this.#inTransaction) return work();
    this.#database.exec(`BEGIN ${mode}`);
    this.#inTransaction = true;
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // A failed COMMIT may have ended the transaction already; the first error is the one worth showing.
      try {
        this.#database.exec('ROLLBACK');
      } catch {}
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  /**
   * Like `transaction`, and does not wait for the disk: a power cut may take it, newest first, until the next
   * `transaction` syncs the log that both lie in. For what is found again, or matters only to what is written later.
   */
  transactionSyncedLater<T>(work: () => T): T {
    if (this.#inTransaction) return work();
    this.#database.exec('PRAGMA synchronous = NORMAL');
    try {
      return this.transaction(work);
    } finally {
      this.#database.exec('PRAGMA synchronous = FULL');
    }
  }

  room(): StoreRoom {
    const number = (pragma: string): number =>
      Number(Object.values(this.sql(`PRAGMA ${pragma}`).get() ?? {})[0] ?? 0);
    const pageBytes = number('page_size');
    return {
      usedBytes: (number('page_count') - number('freelist_count')) * pageBytes,
      mostBytes: number('max_page_count') * pageBytes,
    };
  }

  close(): void {
    this.#database.close();
  }
}

/** Pages that were used once and are free again do not count as used. */
export interface StoreRoom {
  usedBytes: number;
  mostBytes: number;
}

export interface OpenedState {
  database: StateDatabase;
  /** Where an unreadable store was moved to. */
  movedAside?: string;
}

/** Opens or makes the store. Throws StateError when a newer agent wrote it. */
export function openStateDatabase(
  stateFolder: string,
  nowMs: number,
  mostBytes = MOST_DATABASE_BYTES,
): OpenedState {
  const path = join(stateFolder, FILE);
  try {
    return { database: openAndMigrate(path, mostBytes) };
  } catch (error) {
    if (!CORRUPT.has(primaryCode(error))) throw error;
    const movedAside = moveAside(stateFolder, path, nowMs);
    return { database: openAndMigrate(path, mostBytes), movedAside };
  }
}

/** Opens the store of an agent, running or not, only to read. Throws StateError 'absent' when there is none. */
export function openStateForReading(stateFolder: string): StateDatabase {
  const path = join(stateFolder, FILE);
  if (!existsSync(path)) throw new StateError('absent', `no agent has run yet on ${stateFolder}`);
  const database = new DatabaseSync(path, { readOnly: true, timeout: 2000 });
  return new StateDatabase(database);
}

/** A store that ends with the process: for a scan that leaves nothing behind. */
export function openTransientState(): StateDatabase {
  const database = new DatabaseSync(':memory:');
  migrate(database, 'memory');
  return new StateDatabase(database);
}

/** True when the store itself is damaged, and not only full or busy: then only a fresh start helps. */
export function isStoreDamaged(error: unknown): boolean {
  return CORRUPT.has(primaryCode(error));
}

function openAndMigrate(path: string, mostBytes: number): StateDatabase {
  const database = new DatabaseSync(path, { timeout: 5000, enableForeignKeyConstraints: true });
  try {
    chmodSync(path, 0o600);
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${WAL_BYTES_KEPT};
       PRAGMA wal_autocheckpoint = ${WAL_PAGES_BEFORE_MOVE}`,
    );
    const pageBytes = Number(database.prepare('PRAGMA page_size').get()?.page_size);
    database.exec(`PRAGMA max_page_count = ${Math.floor(mostBytes / pageBytes)}`);
    const check = database.prepare('PRAGMA quick_check(1)').get();
    if (check?.quick_check !== 'ok')
      throw Object.assign(new Error(`the store is damaged: ${check?.quick_check}`), { errcode: 11 });
    migrate(database, path);
  } catch (error) {
    database.close();
    throw error;
  }
  return new StateDatabase(database);
}

function migrate(database: DatabaseSync, path: string): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  if (version > MIGRATIONS.length)
    throw new StateError('newer-version', `${path} was written by a newer agent (layout ${version})`);
  MIGRATIONS.slice(version).forEach((step, index) => {
    database.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${version + index + 1}; COMMIT`);
  });
}

function primaryCode(error: unknown): number {
  return ((error as { errcode?: number }).errcode ?? 0) & 0xff;
}

/** Keeps the damaged store for whoever wants to look at it, but not for ever. */
function moveAside(stateFolder: string, path: string, nowMs: number): string {
  const target = `${path}.corrupt-${nowMs}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
  }
  const copies = readdirSync(stateFolder).filter((name) => /^agent\.db\.corrupt-\d+$/.test(name));
  const files = (name: string): string[] =>
    ['', '-wal', '-shm'].map((suffix) => join(stateFolder, name + suffix)).filter((file) => existsSync(file));
  let kept = 0;
  for (const [index, name] of copies.sort().reverse().entries()) {
    const bytes = files(name).reduce((sum, file) => sum + statSync(file).size, 0);
    if (index < CORRUPT_COPIES_KEPT && kept + bytes <= MOST_CORRUPT_BYTES) kept += bytes;
    else for (const file of files(name)) rmSync(file);
  }
  return existsSync(target) ? target : `${target}, and removed since it is too large to keep`;
}
