/**
 * Which Debian package owns a file, from dpkg's database as it lies on the disk; `dpkg-query` is not started.
 *
 * `status` names packages and versions, `info/*.list` their files, `diversions` the files that one package moved
 * aside for another.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FewTexts, ListedFiles } from './dpkg-list.ts';
import { type Diversion, diversionsOf, InstalledPackages, stanzasOf } from './dpkg-status.ts';
import { anyLocked } from './file-locks.ts';
import { fileVersion } from './file-version.ts';
import { MergedFolders } from './merged-usr.ts';
import type { PackageSource } from './package-source.ts';
import type { PackageTable } from './package-table.ts';
import { ReusedBuffer } from './reused-buffer.ts';
import type { TurnTaker } from './turn-taker.ts';

/** `lock` is dpkg's own; `lock-frontend` is held by apt and others over the several dpkg runs of one transaction. */
const LOCK_FILES = ['lock', 'lock-frontend'];

/** About. Most have fewer and some have thousands. */
const PATHS_PER_LIST = 128;
/** Between two looks at the time: less than a millisecond. */
const PATHS_AT_ONCE = 1_024;

export class DpkgSource implements PackageSource {
  readonly manager = 'dpkg';
  readonly folders: readonly string[];
  readonly #folder: string;
  readonly #root: string;

  /** `fileSystemRoot`: where the paths of the lists begin. */
  constructor(folder = '/var/lib/dpkg', fileSystemRoot = '/') {
    this.#folder = folder;
    this.#root = fileSystemRoot;
    this.folders = [folder];
  }

  version(): string | undefined {
    return fileVersion(join(this.#folder, 'status'));
  }

  atWork(): Promise<boolean> {
    return anyLocked(LOCK_FILES.map((name) => join(this.#folder, name)));
  }

  async read(table: PackageTable, turn: TurnTaker): Promise<void> {
    // Small files, or one read of a large one: asking the pool for each costs more than reading it.
    const reused = new ReusedBuffer();
    const byName = await this.#installed(reused, turn);
    const diversions = this.#diversions(reused);
    const lists = (await readdir(join(this.#folder, 'info'))).filter((name) => name.endsWith('.list')).sort();
    table.expectPaths(lists.length * PATHS_PER_LIST);
    for (const list of lists) {
      const owner = byName.get(list.slice(0, -'.list'.length));
      if (!owner) continue;
      const number = table.addPackage(owner);
      if (number === undefined) continue;
      await turn.ifDue();
      const files = new ListedFiles(reused.read(join(this.#folder, 'info', list)));
      while (addSome(files, { table, diversions, number, name: owner.name })) await turn.ifDue();
    }
  }

  async #installed(reused: ReusedBuffer, turn: TurnTaker): Promise<InstalledPackages> {
    const packages = new InstalledPackages();
    for (const stanza of stanzasOf(reused.read(join(this.#folder, 'status')).toString('utf8'))) {
      packages.add(stanza);
      await turn.perhaps();
    }
    return packages;
  }

  #diversions(reused: ReusedBuffer): Diversions {
    return new Diversions(diversionsOf(this.#diversionsText(reused)), MergedFolders.read(this.#root));
  }

  #diversionsText(reused: ReusedBuffer): string {
    try {
      return reused.read(join(this.#folder, 'diversions')).toString('utf8');
    } catch {
      return '';
    }
  }
}

interface Adding {
  table: PackageTable;
  diversions: Diversions;
  /** Of the package in the table, and its name. */
  number: number;
  name: string;
}

/** False: none is left. Apart from the loop that waits: what does both is large, and compiled again and again. */
function addSome(files: ListedFiles, { table, diversions, number, name }: Adding): boolean {
  for (let left = PATHS_AT_ONCE; left > 0; left--) {
    if (!files.next()) return false;
    if (diversions.mayConcern(files)) {
      const place = diversions.placeOf(files.path(), name);
      if (place !== undefined) table.addPath(place, number);
    } else table.addPathBytes(files.bytes, files.start, files.end, number);
  }
  return true;
}

/** Where the files of a package really lie, given what packages and administrators have moved aside. */
class Diversions {
  readonly #merged: MergedFolders;
  readonly #from: Map<string, Diversion>;
  readonly #to: Set<string>;
  readonly #diverted: FewTexts;

  constructor(diversions: Diversion[], merged: MergedFolders) {
    this.#merged = merged;
    this.#from = new Map(diversions.map((diversion) => [merged.place(diversion.from), diversion]));
    this.#to = new Set(diversions.map(({ to }) => merged.place(to)));
    this.#diverted = new FewTexts([...this.#from.keys(), ...this.#to]);
  }

  /** False: it lies where it says. Cheap, and true of some that nobody has diverted. */
  mayConcern({ bytes, start, end }: ListedFiles): boolean {
    if (this.#from.size === 0) return false;
    return !this.#merged.keepsInPlace(bytes, start) || this.#diverted.mayHave(bytes, start, end);
  }

  /** undefined: what lies there has come from elsewhere. */
  placeOf(path: string, packageName: string): string | undefined {
    if (this.#from.size === 0) return path;
    const real = this.#merged.place(path);
    const diversion = this.#from.get(real);
    if (diversion) return diversion.by === packageName ? real : diversion.to;
    return this.#to.has(real) ? undefined : real;
  }
}
