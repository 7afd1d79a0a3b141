/** An SQLite file as it is at one moment, while others go on writing to it, or remove it. */
import { backup, DatabaseSync } from 'node:sqlite';

/** Pages of 4 KiB between two turns of the event loop. */
const PAGES_AT_ONCE = 512;

export class SqliteSnapshot {
  readonly path: string;
  /** As large as the copy will be. */
  readonly bytes: number;
  readonly #database: DatabaseSync;

  /** The moment is now. Throws what SQLite throws when the file is none of its own. */
  constructor(path: string) {
    this.path = path;
    this.#database = new DatabaseSync(path, { timeout: 5000 });
    try {
      // From the first read on the transaction sees this state and no later one.
      this.#database.exec('BEGIN');
      this.#database.prepare('SELECT count(*) FROM sqlite_master').get();
      const pages = this.#database.prepare('PRAGMA page_count').get()?.page_count as number;
      const size = this.#database.prepare('PRAGMA page_size').get()?.page_size as number;
      this.bytes = pages * size;
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** One file, without a log beside it. `onBytes` is told how much was copied since it was last told. */
  async copyTo(path: string, onBytes: (bytes: number) => void = () => {}): Promise<void> {
    let copied = 0;
    await backup(this.#database, path, {
      rate: PAGES_AT_ONCE,
      progress: ({ totalPages, remainingPages }) => {
        const now = ((totalPages - remainingPages) / totalPages) * this.bytes;
        onBytes(now - copied);
        copied = now;
      },
    });
    onBytes(this.bytes - copied);
  }

  /** A value of the control store's `meta`. */
  meta(key: string): unknown {
    return this.#database.prepare('SELECT value FROM meta WHERE key = ?').get(key)?.value;
  }

  close(): void {
    this.#database.close();
  }
}
