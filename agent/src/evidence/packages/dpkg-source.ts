/**
 * Which Debian package owns a file, from dpkg's database as it lies on the disk; `dpkg-query` is not started.
 *
 * `status` names packages and versions, `info/*.list` their files, `diversions` the files that one package moved
 * aside for another.
 */
import { readdir, readFile } from 'node:fs/promises';
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
    const byName = await this.#installed(turn);
    const diversions = await this.#diversions();
    const lists = (await readdir(join(this.#folder, 'info'))).filter((name) => name.endsWith('.list')).sort();
    table.expectPaths(lists.length * PATHS_PER_LIST);
    const reused = new ReusedBuffer();
    for (const list of lists) {
      const owner = byName.get(list.slice(0, -'.list'.length));
      if (!owner) continue;
      const number = table.addPackage(owner);
      if (number === undefined) continue;
      await turn.ifDue();
      // Hundreds of small files: asking the pool for each costs more than reading it.
      const files = new ListedFiles(reused.read(join(this.#folder, 'info', list)));
      while (files.next()) {
        if (diversions.mayConcern(files)) {
          const place = diversions.placeOf(files.path(), owner.name);
          if (place !== undefined) table.addPath(place, number);
        } else table.addPathBytes(files.bytes, files.start, files.end, number);
        // Also a wait for nothing takes its time, with a hundred thousand paths.
        const due = turn.perhaps();
        if (due) await due;
      }
    }
  }

  async #installed(turn: TurnTaker): Promise<InstalledPackages> {
    const packages = new InstalledPackages();
    for (const stanza of stanzasOf(await readFile(join(this.#folder, 'status'), 'utf8'))) {
      packages.add(stanza);
      await turn.perhaps();
    }
    return packages;
  }

  async #diversions(): Promise<Diversions> {
    const text = await readFile(join(this.#folder, 'diversions'), 'utf8').catch(() => '');
    return new Diversions(diversionsOf(text), MergedFolders.read(this.#root));
  }
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
