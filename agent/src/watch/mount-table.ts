/**
 * Which folders finding stays off: those on some kinds of file systems, told by type from what the system says is mounted, and
 * those that somebody said it is to stay off.
 */
import { dirname } from 'node:path';
import { type FolderLimits, NO_FOLDER_LIMITS } from './folder-limits.ts';
import { isWithin } from './is-within.ts';
import type { FileSystemKind, PlatformRoots } from './platform-roots.ts';
import { thisSystemsMounts } from './this-systems-mounts.ts';
import { thisSystemsRoots } from './this-systems-roots.ts';

/** Of kind 'pseudo' and yet no views of the kernel's state: servers mounted on demand, memory, folders shown twice. */
const WITH_FILES: ReadonlySet<string> = new Set(['autofs', 'ramfs', 'nullfs']);

/** Whatever kind it is of, a program that somebody runs answers for it, or does not. */
const BY_A_PROGRAM = /^fuse\./;

/** Why a folder is stayed off: somebody said so, or what is mounted there. */
export type Exclusion =
  | { reason: 'excluded-folder' }
  | { reason: 'excluded-file-system'; fileSystem: string; kind: FileSystemKind };

export interface Mount {
  path: string;
  type: string;
  /** Whatever its type: its files come from another computer, or from a program that somebody runs. Default: by its type. */
  isElsewhere?: boolean;
}

interface FileSystem {
  type: string;
  /** Undefined: it holds this computer's files. */
  kind: FileSystemKind | undefined;
}

export class MountTable {
  readonly #mounts: readonly Mount[];
  readonly #at: ReadonlyMap<string, FileSystem>;
  readonly #limits: FolderLimits;
  readonly #kindOf: PlatformRoots['kindOf'];
  /** Where a walk from above must not go on for what is mounted there, by the folder it lies in. */
  readonly #excludedIn = new Map<string, string[]>();

  /** `kindOf`: as the system names its types. */
  constructor(
    mounts: Iterable<Mount>,
    limits: FolderLimits = NO_FOLDER_LIMITS,
    kindOf: PlatformRoots['kindOf'] = thisSystemsRoots().kindOf,
  ) {
    this.#mounts = [...mounts];
    this.#limits = limits;
    this.#kindOf = kindOf;
    // Later lines lie on top of earlier ones.
    this.#at = new Map(
      this.#mounts.map(({ path, type, isElsewhere }) => {
        const kind = kindOf(type) ?? (isElsewhere ? 'network' : undefined);
        return [path, { type, kind }];
      }),
    );
    for (const [path, { kind }] of this.#at) {
      if (path === '/' || kind === undefined) continue;
      const folder = dirname(path);
      this.#excludedIn.set(folder, [...(this.#excludedIn.get(folder) ?? []), path]);
    }
  }

  static read(limits?: FolderLimits): MountTable {
    return new MountTable(thisSystemsMounts(), limits);
  }

  /** The same mounts with other folders to stay off. */
  withLimits(limits: FolderLimits): MountTable {
    return new MountTable(this.#mounts, limits, this.#kindOf);
  }

  /** A walk that comes from above must not enter this folder. */
  excludesMountAt(folder: string): boolean {
    return this.exclusionAt(folder) !== undefined;
  }

  /** Paths right in these folders that are mounts to stay off: even their times may not be asked for. */
  excludedMountsIn(folders: readonly string[]): string[] {
    return folders.flatMap((folder) => this.#excludedIn.get(folder) ?? []);
  }

  /** All mounts that a walk stays off. */
  excludedMounts(): Set<string> {
    return new Set([...this.#excludedIn.values()].flat());
  }

  /** Made by the kernel, as a view of its state: no program lies there. */
  isKernelMade(path: string): boolean {
    const around = this.#around(path);
    return around?.kind === 'pseudo' && !WITH_FILES.has(around.type);
  }

  hasExcludedMountBelow(root: string): boolean {
    for (const folder of this.#excludedIn.keys()) if (isWithin(folder, root)) return true;
    return false;
  }

  /** Why a walk that comes from above must not enter this folder; undefined: it may. */
  exclusionAt(folder: string): Exclusion | undefined {
    if (this.isForbidden(folder)) return { reason: 'excluded-folder' };
    const { type = '', kind } = this.#at.get(folder) ?? {};
    return kind && { reason: 'excluded-file-system', fileSystem: type, kind };
  }

  /** The same for a path to begin at: what the system itself may lie on does not count there. */
  exclusionAround(path: string): Exclusion | undefined {
    if (this.isForbidden(path)) return { reason: 'excluded-folder' };
    const { type = '', kind } = this.#around(path) ?? {};
    if (!kind || !isForeign(type, kind)) return undefined;
    return { reason: 'excluded-file-system', fileSystem: type, kind };
  }

  /** Whether the way to another path may lead over this one: looking at it waits for no server, and nobody forbade it. */
  isPassable(path: string): boolean {
    const { type = '', kind } = this.#around(path) ?? {};
    return !this.#limits.excludes(path) && !isForeign(type, kind);
  }

  /** Type of the file system that this path lies on; undefined: no mount above it is known. */
  typeAround(path: string): string | undefined {
    return this.#around(path)?.type;
  }

  /** Somebody said that nothing at this path is to be looked at. */
  isForbidden(path: string): boolean {
    return this.#limits.forbids(path);
  }

  /** A path is forbidden, or lies on a pseudo or network file system, whichever way it is reached. */
  excludes(path: string): boolean {
    return this.exclusionAround(path) !== undefined;
  }

  #around(path: string): FileSystem | undefined {
    for (let folder = path; ; folder = folder.slice(0, folder.lastIndexOf('/')) || '/') {
      const found = this.#at.get(folder);
      if (found !== undefined || folder === '/') return found;
    }
  }
}

function isForeign(type: string, kind: FileSystemKind | undefined): boolean {
  return kind === 'pseudo' || kind === 'network' || (kind !== undefined && BY_A_PROGRAM.test(type));
}
