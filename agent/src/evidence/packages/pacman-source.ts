/**
 * Which Arch package owns a file, from pacman's local database; `pacman` is not started. Each installed package has
 * a folder there: `desc` and `files` hold `%FIELD%` lines, each followed by values up to an empty line.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackageOwner } from '../package-owner.ts';
import { fileVersion } from './file-version.ts';
import type { PackageSource } from './package-source.ts';
import type { PackageTable } from './package-table.ts';
import { linesOf } from './text-lines.ts';
import type { TurnTaker } from './turn-taker.ts';
import { withoutMailAddress } from './vendor-name.ts';

/** pacman leaves its lock file behind when it is killed; nobody works that long. */
const STALE_LOCK_MS = 3_600_000;
/** Fields of `desc` are short but for lists of dependencies. */
const MOST_DESCRIPTION_LINES = 10_000;

export class PacmanSource implements PackageSource {
  readonly manager = 'pacman';
  readonly folders: readonly string[];
  readonly #wallMs: () => number;
  readonly #folder: string;

  /** `wallMs`: milliseconds since 1970. */
  constructor(wallMs: () => number, folder = '/var/lib/pacman') {
    this.#wallMs = wallMs;
    this.#folder = folder;
    this.folders = [folder, join(folder, 'local')];
  }

  /** A folder comes or goes with every package that is installed, upgraded or removed. */
  version(): string | undefined {
    return fileVersion(join(this.#folder, 'local'));
  }

  async atWork(): Promise<boolean> {
    const lock = await stat(join(this.#folder, 'db.lck')).catch(() => undefined);
    return lock !== undefined && this.#wallMs() - lock.mtimeMs < STALE_LOCK_MS;
  }

  async read(table: PackageTable, turn: TurnTaker): Promise<void> {
    const folder = join(this.#folder, 'local');
    for (const entry of (await readdir(folder, { withFileTypes: true })).sort(byName)) {
      if (entry.isDirectory()) await addPackage(join(folder, entry.name), table, turn);
    }
  }
}

function byName(one: { name: string }, other: { name: string }): number {
  return one.name < other.name ? -1 : 1;
}

/** A folder without its two files is a package that is just being removed, or broken: it is counted. */
async function addPackage(folder: string, table: PackageTable, turn: TurnTaker): Promise<void> {
  try {
    const owner = await describedOwner(join(folder, 'desc'), table);
    const number = owner && table.addPackage(owner);
    if (!owner) table.leaveOut();
    if (number === undefined) return;
    const files = new FilesReading();
    for await (const lines of linesOf(join(folder, 'files'), () => table.leaveOut())) {
      for (const path of files.paths(lines)) table.addPath(path, number);
      await turn.ifDue();
    }
  } catch {
    table.leaveOut();
  }
}

async function describedOwner(file: string, table: PackageTable): Promise<PackageOwner | undefined> {
  const all: string[] = [];
  for await (const lines of linesOf(file, () => table.leaveOut())) {
    all.push(...lines);
    if (all.length <= MOST_DESCRIPTION_LINES) continue;
    table.leaveOut();
    break;
  }
  return pacmanOwner(all);
}

/** Of the lines of `desc`. Pure. */
export function pacmanOwner(lines: readonly string[]): PackageOwner | undefined {
  const value = (field: string): string | undefined => {
    const at = lines.indexOf(`%${field}%`);
    return at < 0 ? undefined : lines[at + 1] || undefined;
  };
  const [name, version] = [value('NAME'), value('VERSION')];
  if (!name || !version) return undefined;
  const vendor = withoutMailAddress(value('PACKAGER'));
  return {
    manager: 'pacman',
    name,
    version,
    architecture: value('ARCH'),
    // What makepkg writes when nobody said who packs.
    vendor: vendor === 'Unknown Packager' ? undefined : vendor,
  };
}

/** Absolute paths out of the lines of `files`, which come in parts; folders end in a slash and are left out. */
export class FilesReading {
  #inFiles = false;

  paths(lines: readonly string[]): string[] {
    return lines.flatMap((line) => {
      if (line === '' || line.startsWith('%')) this.#inFiles = line === '%FILES%';
      else if (this.#inFiles && !line.endsWith('/')) return [`/${line}`];
      return [];
    });
  }
}
