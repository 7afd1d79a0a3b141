/**
 * Owners of files that lie in a folder of their package's own, which says in a small file what it is: there is no
 * database to read, and what is asked for is read then. An answer is kept while that file stays the same, so nothing
 * is ever of another time.
 */
import type { PackageDatabaseStatus, PackageOwner } from '../package-owner.ts';
import { beginningOfFile } from './beginning-of-file.ts';
import { BoundedMap } from './bounded-map.ts';
import { plainVersion } from './file-version.ts';
import { OwnersOnDemand } from './owners-on-demand.ts';

/** One way of keeping packages in folders. Pure. */
export interface FolderKind {
  manager: string;
  /** Folders of this kind that the path may be in, to be asked in this order; none: it is in none. */
  locate(path: string): readonly PackageFolder[];
}

export interface PackageFolder {
  /** The file that describes the package; absent where the path says everything. */
  file?: string;
  /** What its first bytes say; undefined: nothing that names a package. Never throws. */
  describe(file: Buffer): PackageOwner | undefined;
}

const MOST_FILE_BYTES = 262_144;
const MOST_REMEMBERED = 2_000;
const NOTHING = Buffer.alloc(0);

export class FolderPackageOwners extends OwnersOnDemand {
  readonly #kind: FolderKind;
  /** By describing file. */
  readonly #known = new BoundedMap<string, { version: string; owner: PackageOwner | undefined }>(
    MOST_REMEMBERED,
  );

  constructor(kind: FolderKind) {
    super();
    this.#kind = kind;
  }

  override state(): 'loaded' | 'absent' {
    return this.#known.size > 0 ? 'loaded' : 'absent';
  }

  override ownerOf(path: string): PackageOwner | undefined {
    for (const folder of this.#kind.locate(path)) {
      const owner = this.#ownerIn(folder, path);
      if (owner) return owner;
    }
    return undefined;
  }

  override databases(): PackageDatabaseStatus[] {
    const owners = [...this.#known.values()].flatMap(({ owner }) => owner ?? []);
    const packages = new Set(owners.map(({ name, version }) => `${name} ${version}`)).size;
    const leftOut = this.#known.size - owners.length;
    return [{ manager: this.#kind.manager, state: this.state(), packages, paths: 0, leftOut }];
  }

  #ownerIn(folder: PackageFolder, path: string): PackageOwner | undefined {
    if (folder.file === undefined) return this.#remember(path, 'path', folder.describe(NOTHING));
    const version = plainVersion(folder.file, 'any');
    if (version === undefined) return undefined;
    const known = this.#known.get(folder.file);
    if (known?.version === version) return known.owner;
    const bytes = beginningOfFile(folder.file, MOST_FILE_BYTES);
    return this.#remember(folder.file, version, bytes && folder.describe(bytes));
  }

  #remember(key: string, version: string, owner: PackageOwner | undefined): PackageOwner | undefined {
    this.#known.set(key, { version, owner });
    return owner;
  }
}
