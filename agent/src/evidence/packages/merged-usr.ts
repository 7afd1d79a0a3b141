/**
 * Folders that a system has merged into others: a package may say /bin/x where the file is /usr/bin/x. Paths are
 * compared after these links have been resolved.
 */
import { readlinkSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Links that a merged /usr makes at the top, and those that some systems make inside it. */
const AT_THE_TOP = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32', 'libo32'];
const INSIDE_USR = ['usr/sbin', 'usr/lib64'];
const USR = Buffer.from('/usr/');

export class MergedFolders {
  readonly #top: Map<string, string>;
  readonly #usr: Map<string, string>;

  constructor(top: Map<string, string> = new Map(), usr: Map<string, string> = new Map()) {
    this.#top = top;
    this.#usr = usr;
  }

  static read(fileSystemRoot: string): MergedFolders {
    return new MergedFolders(linksOf(AT_THE_TOP, fileSystemRoot), linksOf(INSIDE_USR, fileSystemRoot));
  }

  /** The file whose path begins here is where it says. False: it may be elsewhere, see `place`. */
  keepsInPlace(bytes: Buffer, start: number): boolean {
    if (this.#usr.size > 0) return false;
    for (let at = 0; at < USR.length; at++) if (bytes[start + at] !== USR[at]) return false;
    return true;
  }

  /** Where the file of this absolute path really is. */
  place(path: string): string {
    // Nearly every path is below /usr, which is no link, and few systems have links inside it.
    if (path.startsWith('/usr/')) return this.#usr.size === 0 ? path : replaced(path, 5, this.#usr);
    const top = replaced(path, 1, this.#top);
    return top !== path && this.#usr.size > 0 ? replaced(top, 5, this.#usr) : top;
  }
}

/** The folder that ends at the first slash from `from` on is looked up. */
function replaced(path: string, from: number, links: Map<string, string>): string {
  const slash = path.indexOf('/', from);
  const target = slash > 0 ? links.get(path.slice(0, slash)) : undefined;
  return target === undefined ? path : target + path.slice(slash);
}

function linksOf(folders: string[], fileSystemRoot: string): Map<string, string> {
  const links = new Map<string, string>();
  for (const folder of folders) {
    try {
      const target = readlinkSync(join(fileSystemRoot, folder));
      links.set(`/${folder}`, posix.resolve('/', posix.dirname(folder), target));
    } catch {
      // Not a link, or not there.
    }
  }
  return links;
}
