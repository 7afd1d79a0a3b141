/**
 * File systems that are no disk of this computer. The kernel itself says which need no device (`nodev`): of these
 * only a few hold files that somebody put there.
 */
import { readFileSync } from 'node:fs';

/** `nodev` to the kernel, yet with files of this computer. */
const OF_THIS_COMPUTER = new Set(['tmpfs', 'zfs', 'ecryptfs']);

/** Of sticks, cards and discs, and of other systems: they have a device, and every file on them looks executable. */
const WITHOUT_EXECUTE_BITS = new Set([
  ...['vfat', 'msdos', 'exfat', 'ntfs', 'ntfs3', 'fuseblk', 'iso9660', 'udf', 'hfs', 'hfsplus'],
]);

export class Mounts {
  readonly #types = new Map<string, string>();
  readonly #deviceless: Set<string>;

  constructor(mounts: string, filesystems: string) {
    for (const line of mounts.split('\n')) {
      const [, folder, type] = line.split(' ');
      // Later lines lie on top of earlier ones; blanks are written in octal.
      if (folder && type)
        this.#types.set(
          folder.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))),
          type,
        );
    }
    this.#deviceless = new Set(
      filesystems.split('\n').flatMap((line) => (line.startsWith('nodev') ? [line.slice(5).trim()] : [])),
    );
  }

  static ofThisComputer(): Mounts {
    return new Mounts(read('/proc/self/mounts'), read('/proc/filesystems'));
  }

  /** The type of a file system that a walk from above stays off; undefined: none begins here, or it is a disk's. */
  foreignAt(folder: string): string | undefined {
    const type = this.#types.get(folder);
    const foreign = type !== undefined && (this.#isForeign(type) || WITHOUT_EXECUTE_BITS.has(type));
    return foreign ? type : undefined;
  }

  /** The same for a folder to begin at. In a container the system itself lies on an overlay. */
  foreignAround(folder: string): string | undefined {
    for (let at = folder; ; at = at.slice(0, at.lastIndexOf('/')) || '/') {
      const type = this.#types.get(at);
      if (type !== undefined) return type !== 'overlay' && this.#isForeign(type) ? type : undefined;
      if (at === '/') return undefined;
    }
  }

  #isForeign(type: string): boolean {
    if (OF_THIS_COMPUTER.has(type)) return false;
    // A type with a dot is served by a program (fuse.sshfs); the kernel lists only what is before it.
    return this.#deviceless.has(type.split('.')[0] as string);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
