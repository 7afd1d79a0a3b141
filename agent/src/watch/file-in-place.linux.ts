/** Proves that a file that was seen at a path is there, and not behind a folder that was swapped for a link. */
import { constants } from 'node:fs';
import { open, readlink } from 'node:fs/promises';
import { NAME_ONLY } from '../hash/regular-file.ts';
import { identityOf, sameIdentity } from './file-identity.ts';
import type { FileIdentity } from './found-file.ts';

/**
 * False when another file is there or nothing is, and when the kernel's own name of it is another path. Elsewhere than
 * on Linux nothing names an opened file, and the answer is true. Never rejects.
 */
export async function isStillAt(path: string, identity: FileIdentity): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const handle = await open(path, NAME_ONLY | constants.O_NOFOLLOW).catch(() => undefined);
  if (!handle) return false;
  try {
    if (!sameIdentity(identityOf(await handle.stat({ bigint: true })), identity)) return false;
    return (await readlink(`/proc/self/fd/${handle.fd}`)) === path;
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}
