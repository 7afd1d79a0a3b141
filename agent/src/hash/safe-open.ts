/**
 * Opening a file that anybody may have put there: only a regular file (regular-file.ts), never behind a symbolic link in the last
 * place, and on Linux only the one at `path`: the kernel's own name of it must be `path`, so a folder on the way that was
 * swapped for a link is noticed too. All calls are synchronous: for worker threads.
 */
import type { SkipReason } from '../watch/found-file.ts';
import { type OpenedFile, openRegularFile } from './regular-file.ts';

export interface OpenOptions {
  /** For /proc/PID/exe, which is a link by nature: follows it and asks nothing about names. */
  followLink?: boolean;
}

/** Opens for reading. Never throws on what the file is; the reason says why it is not open. The caller closes. */
export function openSafely(path: string, { followLink = false }: OpenOptions = {}): OpenedFile | SkipReason {
  try {
    const opened = followLink
      ? openRegularFile(path, { followLink })
      : openRegularFile(path, { isWanted: (_, realPath) => realPath === undefined || realPath === path });
    return opened === 'not-wanted' ? 'changed-while-hashing' : opened;
  } catch (error) {
    return reasonOf(error);
  }
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
