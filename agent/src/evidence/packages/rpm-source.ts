/**
 * Which rpm package owns a file, from the headers in rpm's database; `rpm` is not started. Its formats SQLite
 * (Fedora since 33, Enterprise Linux since 9) and ndb (SUSE) are read; Berkeley DB, the one before, is not.
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { anyLocked } from './file-locks.ts';
import { fileVersion } from './file-version.ts';
import { DatabaseNotRead, type PackageSource } from './package-source.ts';
import type { PackageTable } from './package-table.ts';
import { RpmHeader } from './rpm-header.ts';
import { ndbHeaders } from './rpm-ndb.ts';
import { sqliteHeaders } from './rpm-sqlite.ts';
import type { TurnTaker } from './turn-taker.ts';

/** Newer systems keep it with the system image, and the older place is a link to it. */
const FOLDERS = ['/usr/lib/sysimage/rpm', '/var/lib/rpm'];
/** The largest packages (firmware, kernel sources) have headers of some megabytes. */
const MOST_HEADER_BYTES = 32 * 1024 * 1024;

type Headers = (file: string, mostHeaderBytes: number) => AsyncGenerator<Uint8Array | undefined>;

/** By name of the file. */
const FORMATS: Readonly<Record<string, Headers | string>> = {
  'rpmdb.sqlite': sqliteHeaders,
  'Packages.db': ndbHeaders,
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
  atWork(): Promise<boolean> {
    return anyLocked(this.folders.map((folder) => join(folder, '.rpm.lock')));
  }

  async read(table: PackageTable, turn: TurnTaker): Promise<void> {
    const file = this.#file() ?? '';
    const headers = FORMATS[basename(file)] ?? 'it went away';
    if (typeof headers === 'string') throw new DatabaseNotRead(headers);
    for await (const bytes of headers(file, MOST_HEADER_BYTES)) {
      if (bytes === undefined) table.leaveOut();
      else await addHeader(new RpmHeader(bytes, () => table.leaveOut()), table, turn);
      await turn.ifDue();
    }
  }

  #file(): string | undefined {
    const files = this.folders.flatMap((folder) => Object.keys(FORMATS).map((name) => join(folder, name)));
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
