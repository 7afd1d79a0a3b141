/**
 * Opens regular files and nothing else, whatever somebody has put at a path. Merely opening something else can do harm: a watchdog
 * that was opened restarts the computer, a terminal may become the agent's own. So on Linux what is at a path is first named without
 * being opened, looked at, and then opened by that name, behind which nobody can put anything else. Other systems have no
 * such names: there it is opened in a way that waits for nobody, and then looked at.
 */
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';
import { type FileHandle, open, readlink } from 'node:fs/promises';

/** Of open(2), and none of the runtime's constants: names a file without opening it. No right to read it is needed. */
export const NAME_ONLY = 0o10000000;
const IS_NAMED = process.platform === 'linux';
/** Waits for no writer of a FIFO, and takes no terminal for the agent's own. Windows knows neither flag. */
const TO_READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
const NO_LINK = constants.O_NOFOLLOW ?? 0;

export interface OpenedFile {
  descriptor: number;
  stats: BigIntStats;
}

export interface RegularFileOptions {
  /** A symbolic link in the last place is followed; otherwise it is no regular file. */
  followLink?: boolean;
  /** Asked before it is opened, if this is Linux. `realPath`: the kernel's own name of it, which only Linux tells. */
  isWanted?: (stats: BigIntStats, realPath: string | undefined) => boolean;
}

/** Throws what naming, looking and opening throw. The caller closes. */
export function openRegularFile(
  path: string,
  { followLink = false, isWanted }: RegularFileOptions = {},
): OpenedFile | 'not-regular' | 'not-wanted' {
  const named = openSync(path, flags(followLink));
  let isKept = false;
  try {
    const stats = fstatSync(named, { bigint: true });
    if (!stats.isFile()) return 'not-regular';
    if (isWanted && !isWanted(stats, IS_NAMED ? readlinkSync(placeOf(named)) : undefined))
      return 'not-wanted';
    if (IS_NAMED) return { descriptor: openSync(placeOf(named), TO_READ), stats };
    isKept = true;
    return { descriptor: named, stats };
  } finally {
    if (!isKept) closeSync(named);
  }
}

/** The same for whoever must not wait: a path may lead to a server that does not answer. */
export async function openRegularFileAside(
  path: string,
  { followLink = false, isWanted }: RegularFileOptions = {},
): Promise<FileHandle | 'not-regular' | 'not-wanted'> {
  const named = await open(path, flags(followLink));
  let isKept = false;
  try {
    const stats = await named.stat({ bigint: true });
    if (!stats.isFile()) return 'not-regular';
    if (isWanted && !isWanted(stats, IS_NAMED ? await readlink(placeOf(named.fd)) : undefined))
      return 'not-wanted';
    if (IS_NAMED) return await open(placeOf(named.fd), TO_READ);
    isKept = true;
    return named;
  } finally {
    if (!isKept) await named.close();
  }
}

const flags = (followLink: boolean): number => (IS_NAMED ? NAME_ONLY : TO_READ) | (followLink ? 0 : NO_LINK);

/** Where the kernel shows what is named or opened: leads there whatever its path has become. */
export const placeOf = (descriptor: number): string => `/proc/self/fd/${descriptor}`;
