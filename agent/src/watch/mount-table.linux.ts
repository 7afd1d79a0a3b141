/**
 * Which folders finding stays off: those on some kinds of file systems, told by type from /proc/self/mountinfo, and those
 * that somebody said it is to stay off.
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type FolderLimits, NO_FOLDER_LIMITS } from './folder-limits.ts';
import { isWithin } from './is-within.ts';
import type { FileSystemKind } from './platform-roots.ts';

/** Made by the kernel: their "files" are views of its state, and reading them may block or act. */
const PSEUDO =
  /^(?:proc|sysfs|devtmpfs|devpts|cgroup2?|pstore|efivarfs|bpf|tracefs|debugfs|securityfs|configfs|fusectl|mqueue|hugetlbfs|binfmt_misc|rpc_pipefs|nsfs|autofs|selinuxfs|ramfs)$/;
/** On another computer: a scan from each client would read it once per client, and hang when the server does. */
const NETWORK =
  /^(?:nfs4?|cifs|smb3?|smbfs|afs|ceph|9p|gfs2|glusterfs|lustre|ocfs2|ncpfs|coda|beegfs|gpfs|virtiofs|prl_fs|vboxsf|fuse|fuse\..*)$/;
/** Layers of containers: their files belong to images. At or above a scan root it is the system itself. */
const LAYERED = /^(?:overlay|aufs|fuse\.fuse-overlayfs)$/;
/** Of sticks, cards and discs, which come and go; none of them knows execute bits, so every file looks executable. */
const REMOVABLE = /^(?:vfat|msdos|exfat|ntfs3?|fuseblk|iso9660|udf|hfs(?:plus)?)$/;

/** Why a folder is stayed off: somebody said so, or what is mounted there. */
export type Exclusion =
  | { reason: 'excluded-folder' }
  | { reason: 'excluded-file-system'; fileSystem: string; kind: FileSystemKind };

export interface Mount {
  path: string;
  type: string;
}

export class MountTable {
  readonly #types: Map<string, string>;
  readonly #limits: FolderLimits;
  /** Where a walk from above must not go on for what is mounted there, by the folder it lies in. */
  readonly #excludedIn = new Map<string, string[]>();

  constructor(mounts: Iterable<Mount>, limits: FolderLimits = NO_FOLDER_LIMITS) {
    this.#limits = limits;
    // Later lines lie on top of earlier ones.
    this.#types = new Map([...mounts].map(({ path, type }) => [path, type]));
    for (const [path, type] of this.#types) {
      if (path === '/' || kindOf(type) === undefined) continue;
      const folder = dirname(path);
      this.#excludedIn.set(folder, [...(this.#excludedIn.get(folder) ?? []), path]);
    }
  }

  static read(limits?: FolderLimits): MountTable {
    try {
      return new MountTable(parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8')), limits);
    } catch {
      return new MountTable([], limits);
    }
  }

  /** The same mounts with other folders to stay off. */
  withLimits(limits: FolderLimits): MountTable {
    return new MountTable(
      [...this.#types].map(([path, type]) => ({ path, type })),
      limits,
    );
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

  /** Made by the kernel, and no program lies there. What mounts servers on demand is none of that. */
  isKernelMade(path: string): boolean {
    const type = this.typeAround(path);
    return type !== undefined && type !== 'autofs' && PSEUDO.test(type);
  }

  hasExcludedMountBelow(root: string): boolean {
    for (const folder of this.#excludedIn.keys()) if (isWithin(folder, root)) return true;
    return false;
  }

  /** Why a walk that comes from above must not enter this folder; undefined: it may. */
  exclusionAt(folder: string): Exclusion | undefined {
    if (this.isForbidden(folder)) return { reason: 'excluded-folder' };
    const fileSystem = this.#types.get(folder);
    const kind = fileSystem === undefined ? undefined : kindOf(fileSystem);
    return fileSystem && kind ? { reason: 'excluded-file-system', fileSystem, kind } : undefined;
  }

  /** The same for a path to begin at: what the system itself may lie on does not count there. */
  exclusionAround(path: string): Exclusion | undefined {
    if (this.isForbidden(path)) return { reason: 'excluded-folder' };
    const fileSystem = this.typeAround(path);
    if (fileSystem === undefined || !isForeign(fileSystem)) return undefined;
    return { reason: 'excluded-file-system', fileSystem, kind: kindOf(fileSystem) ?? 'network' };
  }

  /** Type of the file system that this path lies on; undefined: no mount above it is known. */
  typeAround(path: string): string | undefined {
    for (let folder = path; ; folder = folder.slice(0, folder.lastIndexOf('/')) || '/') {
      const type = this.#types.get(folder);
      if (type !== undefined || folder === '/') return type;
    }
  }

  /** Somebody said that nothing at this path is to be looked at. */
  isForbidden(path: string): boolean {
    return this.#limits.forbids(path);
  }

  /** A path is forbidden, or lies on a pseudo or network file system, whichever way it is reached. */
  excludes(path: string): boolean {
    return this.exclusionAround(path) !== undefined;
  }
}

function isForeign(type: string): boolean {
  return PSEUDO.test(type) || NETWORK.test(type);
}

export function kindOf(type: string): FileSystemKind | undefined {
  if (LAYERED.test(type)) return 'container';
  if (REMOVABLE.test(type)) return 'removable';
  if (PSEUDO.test(type)) return 'pseudo';
  return NETWORK.test(type) ? 'network' : undefined;
}

/** Fields before ` - ` vary in number; the fifth is the mount point, the first after it the type. */
export function parseMountInfo(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ');
    const path = before?.split(' ')[4];
    const type = after?.split(' ')[0];
    return path && type ? [{ path: unescaped(path), type }] : [];
  });
}

/** Blanks in paths are written as `\040` and the like. Only blanks and `\\` are escaped, all of them ASCII. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
