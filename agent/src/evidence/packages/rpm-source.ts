/**
 * Which rpm package owns a file, from the headers in rpm's database; `rpm` is not started. Of its formats SQLite is
 * read, the one of Fedora since 33 and Enterprise Linux since 9.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { anyLocked } from './file-locks.ts';
import { fileVersion } from './file-version.ts';
import { DatabaseNotRead, type PackageSource } from './package-source.ts';
import type { PackageTable } from './package-table.ts';
import { RpmHeader } from './rpm-header.ts';
import { rpmHeaders } from './rpm-sqlite.ts';
import type { TurnTaker } from './turn-taker.ts';

/** Newer systems keep it with the system image, and the older place is a link to it. */
const FOLDERS = ['/usr/lib/sysimage/rpm', '/var/lib/rpm'];
const SQLITE = 'rpmdb.sqlite';
const NOT_READ = {
  'Packages.db': 'its format is ndb, which this agent does not read',
  Packages: 'its format is Berkeley DB, which this agent does not read',
};

export class RpmSource implements PackageSource {
  readonly manager = 'rpm';
  readonly folders: readonly string[];

  constructor(folders: readonly string[] = FOLDERS) {
    this.folders = folders;
  }

  version(): string | undefined {
    const file = this.#file();
    return file && `${fileVersion(file)} ${fileVersion(`${file}-wal`)}`;
  }

  /** rpm holds it during a transaction. */
  atWork(): boolean {
    return anyLocked(this.folders.map((folder) => join(folder, '.rpm.lock')));
  }

  async read(table: PackageTable, turn: TurnTaker): Promise<void> {
    const file = this.#file() ?? '';
    for (const [name, reason] of Object.entries(NOT_READ))
      if (file.endsWith(`/${name}`)) throw new DatabaseNotRead(reason);
    for await (const bytes of rpmHeaders(file)) {
      if (bytes === undefined) table.leaveOut();
      else await addHeader(new RpmHeader(bytes), table, turn);
      await turn.ifDue();
    }
  }

  #file(): string | undefined {
    const files = this.folders.flatMap((folder) =>
      [SQLITE, ...Object.keys(NOT_READ)].map((name) => join(folder, name)),
    );
    return files.find((file) => existsSync(file));
  }
}

async function addHeader(header: RpmHeader, table: PackageTable, turn: TurnTaker): Promise<void> {
  const owner = header.owner();
  const number = owner && table.addPackage(owner);
  if (!owner) table.leaveOut();
  if (number === undefined) return;
  for (const path of header.files()) {
    table.addPath(path, number);
    await turn.perhaps();
  }
}
