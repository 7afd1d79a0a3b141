/** Single values of the control store: secrets made once, texts and counters. */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { inTransaction } from './control-database.ts';

export class MetaValues {
  readonly #database: DatabaseSync;
  readonly #get: StatementSync;
  readonly #set: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#get = database.prepare('SELECT value FROM meta WHERE key = ?');
    this.#set = database.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)');
  }

  /** Random bytes that are made at first use and stay the same for ever. */
  secret(key: string, length: number): Uint8Array {
    return inTransaction(this.#database, () => {
      const known = this.#get.get(key)?.value;
      if (known instanceof Uint8Array) return Uint8Array.from(known);
      const made = Uint8Array.from(randomBytes(length));
      this.#set.run(key, made);
      return made;
    });
  }

  /** 0 when never set. */
  counter(key: string): number {
    return (this.#get.get(key)?.value as number | undefined) ?? 0;
  }

  /** '' when never set. */
  text(key: string): string {
    return (this.#get.get(key)?.value as string | undefined) ?? '';
  }

  setText(key: string, value: string): void {
    this.#set.run(key, value);
  }

  setCounter(key: string, value: number): void {
    this.#set.run(key, value);
  }
}
