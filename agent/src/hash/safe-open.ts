/**
 * Opening a file that anybody may have put there. Never waits for a writer of a FIFO and never starts a device
 * (O_NONBLOCK, then only a regular file is kept), never follows a symbolic link in the last place (O_NOFOLLOW), and
 * on Linux proves that the opened file is the one at `path`: the kernel's own name of the descriptor must be `path`,
 * so a folder on the way that was swapped for a link is noticed too. All calls are synchronous: for worker threads.
 */
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';
import type { SkipReason } from '../watch/found-file.ts';

export interface OpenedFile {
  descriptor: number;
  stats: BigIntStats;
}

export interface OpenOptions {
  /** For /proc/PID/exe, which is a link by nature: follows it and asks nothing about names. */
  followLink?: boolean;
}

/** Opens for reading. Never throws on what the file is; the reason says why it is not open. The caller closes. */
export function openSafely(path: string, options: OpenOptions = {}): OpenedFile | SkipReason {
  let descriptor: number;
  try {
    descriptor = openSync(path, openFlags(options));
  } catch (error) {
    return reasonOf(error);
  }
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    const refused = refusal(path, descriptor, stats, options);
    if (refused === undefined) return { descriptor, stats };
    closeSync(descriptor);
    return refused;
  } catch (error) {
    closeSync(descriptor);
    return reasonOf(error);
  }
}

function openFlags({ followLink }: OpenOptions): number {
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  return followLink ? flags : flags | (constants.O_NOFOLLOW ?? 0);
}

function refusal(
  path: string,
  descriptor: number,
  stats: BigIntStats,
  { followLink }: OpenOptions,
): SkipReason | undefined {
  if (!stats.isFile()) return 'not-regular';
  if (followLink || process.platform !== 'linux') return undefined;
  return readlinkSync(`/proc/self/fd/${descriptor}`) === path ? undefined : 'changed-while-hashing';
}

/** What an error of open, stat or read says about the file. */
export function reasonOf(error: unknown): SkipReason {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ESTALE':
      return 'vanished';
    case 'ELOOP':
    case 'ENXIO':
    case 'ENODEV':
    case 'EISDIR':
      return 'not-regular';
    default:
      return 'unreadable';
  }
}
