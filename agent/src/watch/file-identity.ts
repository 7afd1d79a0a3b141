/** From what the system says of a file to the identity that tells its states apart. */
import type { BigIntStats, Stats } from 'node:fs';
import type { FileIdentity } from './found-file.ts';

export function identityOf(stats: BigIntStats): FileIdentity {
  return {
    device: String(stats.dev),
    inode: String(stats.ino),
    size: Number(stats.size),
    mtimeNs: String(stats.mtimeNs),
    ctimeNs: String(stats.ctimeNs),
  };
}

export function sameIdentity(one: FileIdentity, other: FileIdentity): boolean {
  return identityKey(one) === identityKey(other);
}

/**
 * The same for two states of a file at one path. The number of a device is left out: file systems without one of their own
 * (btrfs, overlay, ZFS) get whatever is free at each start of the system.
 */
export function sameStateAtPath(one: FileIdentity, other: FileIdentity): boolean {
  return sameIdentity({ ...one, device: other.device }, other);
}

export function identityKey({ device, inode, size, mtimeNs, ctimeNs }: FileIdentity): string {
  return `${device}:${inode}:${size}:${mtimeNs}:${ctimeNs}`;
}

/**
 * The same for every path to a folder (bind mounts), and another one for a folder that was made anew in its place:
 * file systems give the inode of a removed folder to the next one at once, so the time of birth belongs to it.
 */
export function folderKey({ dev, ino, birthtimeMs }: Pick<Stats, 'dev' | 'ino' | 'birthtimeMs'>): string {
  return `${dev}:${ino}:${birthtimeMs}`;
}

/** File systems keep the content of small files beside their names, in no block of its own. */
const LARGEST_WITHOUT_BLOCKS = 65_536n;

/**
 * A placeholder: it has a size and takes no room. Cloud clients and archives leave such files, and reading one would
 * fetch its content. Of a plain file it means that all of it is a hole, so there is no program in it either. macOS shows
 * its dataless files and Windows its files on demand in the same way.
 */
export function isContentElsewhere({ size, blocks }: Pick<BigIntStats, 'size' | 'blocks'>): boolean {
  return blocks === 0n && size > LARGEST_WITHOUT_BLOCKS;
}

/** Milliseconds since 1970 at which entries of the folder, or the folder itself, last came, went, or were renamed. */
export function changedMsOf({ mtimeMs, ctimeMs }: Pick<Stats, 'mtimeMs' | 'ctimeMs'>): number {
  return Math.max(mtimeMs, ctimeMs);
}
