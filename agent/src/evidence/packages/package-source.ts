/** One kind of package database that is read as a whole; indexed-owners.ts decides when. */
import type { PackageTable } from './package-table.ts';
import type { TurnTaker } from './turn-taker.ts';

export interface PackageSource {
  manager: string;
  /** Folders in which something happens when packages change. */
  folders: readonly string[];
  /** Changes whenever packages have changed; undefined: there is no such database. Synchronous, a few stat calls. */
  version(): string | undefined;
  /** The package manager is changing packages right now. Must not reject. */
  atWork(): Promise<boolean>;
  /** Rejects when the database cannot be read; with DatabaseNotRead when it never can be. */
  read(table: PackageTable, turn: TurnTaker): Promise<void>;
}

/** The database is of a format that is not read here. `message` names it, for people. */
export class DatabaseNotRead extends Error {
  override name = 'DatabaseNotRead';
}
